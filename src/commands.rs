//! Does what the command line asks: reads the source, runs the stages, writes the result.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command as Process, ExitCode};
use std::rc::Rc;
use std::sync::OnceLock;

use clap::CommandFactory;
use url::Url;

use crate::cli::{
    Cli, Command, EvalArgs, JudgeArgs, MapArgs, ReviewArgs, ReviewFormat, SourceArgs, SummaryArgs,
    SummaryFormat, ThreadArgs, ThreadFormat,
};
use crate::many;
use crate::output;
use crate::progress::{Progress, shown};
use rejoinder::annotate::{self, Annotator, Choice};
use rejoinder::error::{Error, Result};
use rejoinder::evaluate::{self, Task};
use rejoinder::fetch::{self, Credentials, Fallback, Fetcher, Keep, Proxies, Recorder, Source, Web};
use rejoinder::ingest::{self, Limits, PLATFORMS};
use rejoinder::pipeline::{self, Linked};
use rejoinder::report::Report;
use rejoinder::report::formats::{self, FORMATS};
use rejoinder::thread::{Notice, NoticeKind, Thread};

/// Runs one command. Only of many threads some may fail and others not.
pub fn run(cli: Cli) -> Result<ExitCode> {
    let done = match cli.command.unwrap_or(Command::Map(cli.map)) {
        Command::Map(args) if args.each => return map_each(&args),
        Command::Map(args) => map(&args),
        Command::Thread(args) => thread(&args),
        Command::Summary(args) => summary(&args),
        Command::Review(args) => review(&args),
        Command::Eval(args) => eval(&args),
        Command::Platforms => platforms(),
        Command::Formats => list_formats(),
        Command::Completions { shell } => {
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut Cli::command(), "rejoinder", &mut script);
            output::print(&String::from_utf8_lossy(&script))
        }
    };
    done.map(|()| ExitCode::SUCCESS)
}

fn map(args: &MapArgs) -> Result<()> {
    let format = formats::named(&args.format)?;
    spare_source(&args.source, args.output.as_deref())?;
    let progress = Rc::new(Progress::new(args.source.quiet));
    let report = report(&args.source, &args.judge, &progress)?;
    let text = format.render(&report)?;
    progress.close_line();
    let for_people = format.extension() == "html";
    let path = match &args.output {
        Some(path) if path == Path::new("-") => return output::print(&text),
        Some(path) => {
            output::write(path, &text)?;
            path.clone()
        }
        None if for_people => {
            let stem = output::slug(&report.thread.title, report.thread.platform);
            output::write_new(&stem, format.extension(), &text)?
        }
        None => return output::print(&text),
    };
    if for_people && !args.source.quiet {
        let summary = formats::summary_text(&report);
        output::print(&format!("{summary}\nwrote {}\n", shown(&path.display().to_string())))?;
    }
    if args.open {
        open(&path, &progress);
    }
    // As in `report`: nothing is gained by taking it apart.
    std::mem::forget((report, text));
    Ok(())
}

fn map_each(args: &MapArgs) -> Result<ExitCode> {
    let format = formats::named(&args.format)?;
    choose(&args.judge, 0, 1)?;
    let source = args.source.source.as_deref().unwrap_or_default();
    let folder = args.output.as_deref().unwrap_or(Path::new(""));
    let cannot = |error| Error::File { action: "write", path: folder.to_owned(), source: error };
    fs::create_dir_all(folder).map_err(cannot)?;
    if fs::canonicalize(folder).ok() == fs::canonicalize(source).ok() {
        let reason = "the reports would stand among the threads; give another folder with -o";
        return Err(cannot(io::Error::new(io::ErrorKind::InvalidInput, reason)));
    }
    let jobs = many::jobs(source, folder)?;
    if !args.source.headers.is_empty() && many::hosts(&jobs).len() > 1 {
        return Err(Error::Setting {
            what: "--header".to_owned(),
            reason: "it is for the thread's own host, and these threads are on several".to_owned(),
        });
    }
    let cores = cores();
    let workers = many::workers(&jobs, cores);
    let progress = Progress::new(args.source.quiet);
    let failed = many::run(&jobs, workers, args.source.wait, &progress, &|job| {
        let of_job = SourceArgs { source: Some(job.source.clone()), quiet: true, ..args.source.clone() };
        let silent = Rc::new(Progress::new(true));
        let share = cores.div_ceil(workers);
        let (report, _linked) = judged(&of_job, &args.judge, share, &silent)?;
        let path = folder.join(format!("{}.{}", job.name, format.extension()));
        output::write(&path, &format.render(&report)?)
    })?;
    let (all, plural) = (jobs.len(), if jobs.len() == 1 { "" } else { "s" });
    progress.say(&format!("mapped {} of {all} thread{plural}; {failed} failed", all - failed));
    Ok(if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

fn thread(args: &ThreadArgs) -> Result<()> {
    spare_source(&args.source, args.output.as_deref())?;
    let progress = Rc::new(Progress::new(args.source.quiet));
    let linked = read(&args.source, &progress)?;
    let view = pipeline::thread_view(&linked);
    tell(&view.notices, &progress);
    let text = match args.format {
        ThreadFormat::Json => formats::thread_json(&view)?,
        ThreadFormat::Text => formats::thread_text(&view),
    };
    finish(&progress, args.output.as_deref(), &text)
}

fn summary(args: &SummaryArgs) -> Result<()> {
    spare_source(&args.source, args.output.as_deref())?;
    let progress = Rc::new(Progress::new(args.source.quiet));
    let report = report(&args.source, &args.judge, &progress)?;
    let text = match args.format {
        SummaryFormat::Json => formats::summary_json(&report)?,
        SummaryFormat::Markdown => formats::summary_markdown(&report),
        SummaryFormat::Text => formats::summary_text(&report),
    };
    finish(&progress, args.output.as_deref(), &text)
}

fn review(args: &ReviewArgs) -> Result<()> {
    spare_source(&args.source, args.output.as_deref())?;
    let progress = Rc::new(Progress::new(args.source.quiet));
    let report = report(&args.source, &args.judge, &progress)?;
    let text = match args.format {
        ReviewFormat::Json => formats::review_json(&report)?,
        ReviewFormat::Text => formats::review_text(&report),
        ReviewFormat::Csv => formats::review_csv(&report),
    };
    finish(&progress, args.output.as_deref(), &text)
}

fn eval(args: &EvalArgs) -> Result<()> {
    for file in &args.files {
        spare(file, args.predictions.as_deref())?;
    }
    let annotator = choose(&args.judge, 0, 1)?.annotator;
    let known = Task::ALL.iter().find(|(name, _)| *name == args.task);
    let task = known.map_or(Task::Stance, |(_, task)| *task);
    let settings = fetch::Settings { max_bytes: args.max_bytes, ..fetch::Settings::default() };
    let (mut text, mut lines) = (String::new(), String::new());
    for file in &args.files {
        let pages = fetch::load(&Source::parse(file, None)?, &settings)?;
        for page in &pages {
            if let Some(head) = &args.seen {
                for seen in evaluate::seen(&page.name, &page.text, head, annotator)? {
                    text.push_str(&formats::json_line(&seen)?);
                }
                continue;
            }
            let (measured, predictions) = evaluate::measure(&page.name, &page.text, task, annotator)?;
            let title = format!("{} {} by {}", args.task, page.name, annotator.name());
            match args.format {
                ThreadFormat::Text => text.push_str(&measured.table(&title)),
                ThreadFormat::Json => {
                    text.push_str(&formats::json_line(&serde_json::json!({
                        "file": page.name, "task": args.task, "annotator": annotator.name(), "measured": measured,
                    }))?);
                }
            }
            for prediction in &predictions {
                lines.push_str(&formats::json_line(prediction)?);
            }
        }
    }
    if let Some(path) = &args.predictions {
        output::write(path, &lines)?;
    }
    output::print(&text)
}

/// Refuses to write the result over the file that it is made of, which may be somebody's only copy.
fn spare_source(source: &SourceArgs, output: Option<&Path>) -> Result<()> {
    spare(source.source.as_deref().unwrap_or_default(), output)
}

/// Refuses to write over this source.
fn spare(source: &str, output: Option<&Path>) -> Result<()> {
    let same = |output: &&Path| match (fs::canonicalize(output), fs::canonicalize(source)) {
        (Ok(output), Ok(source)) => output == source && output.is_file(),
        _ => false,
    };
    match output.filter(same) {
        Some(path) => Err(Error::File {
            action: "write",
            path: path.to_owned(),
            source: io::Error::new(io::ErrorKind::InvalidInput, "it is the source itself"),
        }),
        None => Ok(()),
    }
}

fn finish(progress: &Progress, output: Option<&Path>, text: &str) -> Result<()> {
    progress.close_line();
    match output {
        Some(path) if path != Path::new("-") => output::write(path, text),
        _ => output::print(text),
    }
}

fn report(args: &SourceArgs, judge: &JudgeArgs, progress: &Rc<Progress>) -> Result<Report> {
    // A wrong name is told before anything is fetched.
    choose(judge, 0, 1)?;
    let (report, linked) = judged(args, judge, cores(), progress)?;
    // The program ends soon: handing a large thread back piece by piece is work for nothing.
    std::mem::forget(linked);
    Ok(report)
}

/// Who judges so many bytes on so many cores.
fn choose(judge: &JudgeArgs, bytes: usize, cores: usize) -> Result<Choice> {
    static GIVEN: OnceLock<&'static dyn Annotator> = OnceLock::new();
    let Some(path) = &judge.weights else { return annotate::choose(&judge.annotator, bytes, cores) };
    let annotator = match GIVEN.get() {
        Some(annotator) => *annotator,
        None => {
            let failed = |source| Error::File { action: "read", path: path.clone(), source };
            let size = fs::metadata(path).map_err(failed)?.len();
            if size > MOST_WEIGHTS {
                let what = path.display().to_string();
                let reason = format!("it is no file of weights: it has {size} bytes");
                return Err(Error::Setting { what, reason });
            }
            let opened =
                annotate::with_weights(&path.display().to_string(), &fs::read(path).map_err(failed)?)?;
            *GIVEN.get_or_init(|| opened)
        }
    };
    Ok(Choice { annotator, why: None })
}

/// More bytes than any file of weights has.
const MOST_WEIGHTS: u64 = 1 << 28;

/// The report, and the thread that it is of.
fn judged(
    args: &SourceArgs,
    judge: &JudgeArgs,
    cores: usize,
    progress: &Rc<Progress>,
) -> Result<(Report, Linked)> {
    let linked = read(args, progress)?;
    let choice = choose(judge, pipeline::bytes_to_judge(&linked), cores)?;
    if let Some(why) = &choice.why {
        progress.say(&format!("note: {why}"));
    }
    let mut report = pipeline::map(&linked, choice.annotator, &mut |stage| progress.stage(stage));
    report.annotator.chosen = choice.why;
    tell(&report.thread.notices, progress);
    Ok((report, linked))
}

/// Reads the source and links its replies.
fn read(args: &SourceArgs, progress: &Rc<Progress>) -> Result<Linked> {
    let thread = gather(args, progress)?;
    Ok(pipeline::link(thread, &mut |stage| progress.stage(stage)))
}

fn tell(notices: &[Notice], progress: &Progress) {
    for notice in notices {
        progress.say(&format!("note: {}", notice.text));
    }
}

fn gather(args: &SourceArgs, progress: &Rc<Progress>) -> Result<Thread> {
    let source = Source::parse(args.source.as_deref().unwrap_or_default(), args.url.as_deref())?;
    let online = matches!(source, Source::Url(_)) || args.follow;
    let settings = settings(args, &source, online)?;
    let recording = source.recording(&settings)?;
    let web: Option<Box<dyn Fetcher>> = match (online, &args.save) {
        (false, _) => None,
        (true, None) => Some(Box::new(web(&settings, progress)?)),
        (true, Some(folder)) => Some(Box::new(Recorder::new(web(&settings, progress)?, folder)?)),
    };
    let fetcher: Option<Box<dyn Fetcher>> = match (recording, web) {
        (Some(saved), Some(web)) => Some(Box::new(Fallback { first: saved, second: web })),
        (Some(saved), None) => Some(Box::new(saved)),
        (None, web) => web,
    };
    let first = match (&source, fetcher.as_deref()) {
        (Source::Url(url), Some(fetcher)) => {
            if let Some(proxy) = settings.proxies.shown_for(url) {
                progress.say(&format!("note: asking through the proxy {proxy}"));
            }
            Some((ingest::request_for(url), fetcher))
        }
        _ => None,
    };
    let pages = match &first {
        Some((request, fetcher)) => vec![fetcher.fetch(request).map_err(ingest::explain)?],
        None => fetch::load(&source, &settings)?,
    };
    let limits = Limits { pages: args.max_pages, posts: args.max_posts };
    let thread = ingest::collect(pages, args.thread.as_deref(), fetcher.as_deref(), &limits, &mut |event| {
        progress.page(event);
    });
    match (&thread, &first) {
        (Ok(thread), _) if is_whole(thread) => fetcher.iter().for_each(Fetcher::finished),
        (Err(_), Some((request, fetcher))) => fetcher.forget(request),
        _ => {}
    }
    thread
}

/// Whether nothing was missed for trouble on the way, so that there is nothing to continue.
fn is_whole(thread: &Thread) -> bool {
    thread.notices.iter().all(|notice| notice.kind != NoticeKind::NotFollowed)
}

/// How to fetch what these arguments ask for.
fn settings(args: &SourceArgs, source: &Source, online: bool) -> Result<fetch::Settings> {
    let mut settings = fetch::Settings {
        allow_private: args.allow_private,
        ignore_robots: args.ignore_robots,
        max_redirects: args.max_redirects,
        max_bytes: args.max_bytes,
        timeout: args.timeout,
        max_time: args.max_time,
        wait: args.wait,
        ..fetch::Settings::default()
    };
    if !online {
        return Ok(settings);
    }
    settings.proxies = Proxies::from_variables(|name| std::env::var(name).ok())?;
    settings.keep = keep(args);
    let given = match (source, &args.url) {
        (Source::Url(url), _) => Some(url.clone()),
        (_, Some(url)) => Url::parse(url).ok(),
        _ => None,
    };
    let wanted = args.cookies.is_some() || !args.headers.is_empty();
    let Some(owner) = given.filter(|_| wanted) else {
        if wanted {
            return Err(Error::Setting {
                what: "--cookies and --header".to_owned(),
                reason: "they are for the thread's own host, so say with --url where the thread is"
                    .to_owned(),
            });
        }
        return Ok(settings);
    };
    let mut credentials = Credentials::for_host_of(&owner);
    for header in &args.headers {
        credentials = credentials.with_header(header.clone());
    }
    if let Some(file) = &args.cookies {
        credentials = credentials.with_cookie_file(file)?;
    }
    settings.credentials = credentials;
    Ok(settings)
}

/// Bytes of all kept answers together.
const CACHE_BYTES: u64 = 512 << 20;

/// Where answers are kept. Nowhere, when the system names no folder for caches or it cannot be made: that
/// costs time and nothing else. A folder that the user names must be usable.
fn keep(args: &SourceArgs) -> Option<Keep> {
    if args.no_cache {
        return None;
    }
    let named = args.cache_dir.clone();
    let usual = || cache_folder().filter(|folder| fs::create_dir_all(folder).is_ok());
    let folder = named.or_else(usual)?;
    Some(Keep { folder, max_bytes: CACHE_BYTES, private: args.cache_private })
}

/// This program's folder for caches, as the system has them.
fn cache_folder() -> Option<PathBuf> {
    let variable = |name: &str| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    if cfg!(windows) {
        variable("LOCALAPPDATA").map(|base| base.join("rejoinder").join("cache"))
    } else if cfg!(target_os = "macos") {
        variable("HOME").map(|home| home.join("Library/Caches/rejoinder"))
    } else {
        let base = variable("XDG_CACHE_HOME").or_else(|| variable("HOME").map(|home| home.join(".cache")));
        base.map(|base| base.join("rejoinder"))
    }
}

fn web(settings: &fetch::Settings, progress: &Rc<Progress>) -> Result<Web> {
    let progress = Rc::clone(progress);
    Web::new(settings.clone(), Box::new(move |happening| progress.happening(happening)))
}

fn platforms() -> Result<()> {
    let mut text = String::new();
    for platform in PLATFORMS {
        text.push_str(&format!("{:<16} {}\n", platform.name(), platform.about()));
        if !platform.example().is_empty() {
            text.push_str(&format!("{:<16} e.g. {}\n", "", platform.example()));
        }
    }
    output::print(&text)
}

fn list_formats() -> Result<()> {
    let lines = FORMATS.iter().map(|format| format!("{:<16} {}\n", format.name(), format.about()));
    output::print(&lines.collect::<String>())
}

/// Opens the file with whatever the desktop uses; failing to is no reason to fail.
fn open(path: &Path, progress: &Progress) {
    let opener = if cfg!(target_os = "macos") {
        "open"
    } else if cfg!(windows) {
        "explorer"
    } else {
        "xdg-open"
    };
    if Process::new(opener).arg(path).spawn().is_err() {
        progress.say(&format!("note: cannot run {opener}; open {} yourself", path.display()));
    }
}
