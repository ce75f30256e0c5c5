'use strict';
// Comfort only: everything on the page is there and reachable without it.
(() => {
  const $ = (id) => document.getElementById(id);
  const posts = [...document.querySelectorAll('.post')];
  const depth = posts.map((post) => Number(post.dataset.d));
  const place = new Map(posts.map((post, at) => [post.id, at]));
  const folded = new Set();
  let words = null;

  // Hides what stands below a folded post: one pass, whatever the depth.
  const show = () => {
    let limit = Infinity;
    posts.forEach((post, at) => {
      if (depth[at] <= limit) limit = Infinity;
      post.classList.toggle('in', depth[at] > limit);
      if (limit === Infinity && folded.has(at)) limit = depth[at];
    });
  };
  const mark = (at) => {
    const twig = posts[at].querySelector('.twig');
    if (!twig) return;
    const shut = folded.has(at);
    twig.textContent = shut ? 'show ' + posts[at].dataset.k + ' below' : 'fold';
    twig.setAttribute('aria-expanded', String(!shut));
  };
  const fold = (at, shut) => {
    if (shut) folded.add(at); else folded.delete(at);
    mark(at);
  };
  posts.forEach((post, at) => {
    if (!post.dataset.k) return;
    const twig = document.createElement('button');
    twig.type = 'button';
    twig.className = 'twig';
    post.firstElementChild.append(twig);
    mark(at);
  });
  const foldAll = () => {
    posts.forEach((post, at) => { if (post.dataset.k && depth[at] >= 1) fold(at, true); });
    show();
  };
  const unfoldAll = () => {
    for (const at of [...folded]) fold(at, false);
    show();
  };
  $('fold').addEventListener('click', foldAll);
  $('unfold').addEventListener('click', unfoldAll);
  document.addEventListener('click', (event) => {
    const twig = event.target.closest && event.target.closest('.twig');
    if (!twig) return;
    const at = place.get(twig.closest('.post').id);
    fold(at, !folded.has(at));
    show();
  });

  // Filters.
  let on = false;
  const filter = () => {
    const text = $('find').value.trim().toLowerCase();
    const stance = $('by-stance').value;
    const role = $('by-role').value;
    const sure = $('by-sure').checked;
    // What people wrote and their names, not the page's own labels.
    if (text && !words) {
      words = posts.map((post) => [...post.querySelectorAll(':scope > header > b, .text, .absent')]
        .map((part) => part.textContent).join(' ').toLowerCase());
    }
    posts.forEach((post, at) => {
      const fits = (!text || words[at].includes(text))
        && (!stance || post.dataset.s === stance)
        && (!sure || (post.dataset.s && post.dataset.w === undefined))
        && (!role || post.querySelector('.u.' + role));
      post.classList.toggle('off', !fits);
    });
    on = Boolean(text || stance || role || sure);
    if (on && folded.size) unfoldAll();
    $('fold').disabled = on;
    $('clear').hidden = !on;
    tell();
  };
  const tell = () => {
    const count = posts.filter((post) => !post.classList.contains('off')).length;
    $('count').textContent = on ? count + ' of ' + posts.length + ' posts' : '';
    $('nothing').hidden = count > 0;
  };
  $('clear').addEventListener('click', () => {
    for (const id of ['find', 'by-stance', 'by-role']) $(id).value = '';
    $('by-sure').checked = false;
    filter();
  });
  let wait = 0;
  $('find').addEventListener('input', () => {
    clearTimeout(wait);
    wait = setTimeout(filter, posts.length > 2000 ? 250 : 60);
  });
  $('by-stance').addEventListener('change', filter);
  $('by-role').addEventListener('change', filter);
  $('by-sure').addEventListener('change', filter);
  document.querySelector('.tools').hidden = false;

  // Links into the page: what they lead to is unfolded, opened and highlighted.
  const reveal = () => {
    let target = null;
    try { target = $(decodeURIComponent(location.hash.slice(1))); } catch { return; }
    document.querySelectorAll('.here').forEach((old) => old.classList.remove('here'));
    if (!target) return;
    for (let box = target.closest('details'); box; box = box.parentElement.closest('details')) box.open = true;
    const post = target.closest('.post');
    if (post) {
      post.classList.remove('off');
      tell();
      let level = depth[place.get(post.id)];
      for (let at = place.get(post.id) - 1; at >= 0 && level > 0; at -= 1) {
        if (depth[at] < level) {
          level = depth[at];
          if (folded.has(at)) fold(at, false);
        }
      }
      show();
    }
    target.classList.add('here');
    const block = target.classList.contains('post') ? 'start' : 'center';
    target.scrollIntoView({ block });
    // Posts off the screen have estimated heights; once they are laid out the place is known.
    requestAnimationFrame(() => target.scrollIntoView({ block }));
  };
  addEventListener('hashchange', reveal);
  // A second click on the same link must lead there again.
  document.addEventListener('click', (event) => {
    const link = event.target.closest && event.target.closest('a[href^="#"]');
    if (link && link.getAttribute('href') === location.hash) reveal();
  });

  // j and k walk through the posts.
  addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (/^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName)) return;
    if (event.key !== 'j' && event.key !== 'k') return;
    const step = event.key === 'j' ? 1 : -1;
    const here = document.activeElement.closest && document.activeElement.closest('.post');
    let at = here ? place.get(here.id) + step : step > 0 ? 0 : posts.length - 1;
    while (posts[at] && (posts[at].classList.contains('in') || posts[at].classList.contains('off'))) at += step;
    if (!posts[at]) return;
    event.preventDefault();
    posts[at].focus({ preventScroll: true });
    posts[at].scrollIntoView({ block: 'start' });
  });

  // A claim of the graph under the pointer brings out its lines and neighbours.
  const svg = document.querySelector('.graph svg');
  if (svg) {
    const nodes = [...svg.querySelectorAll('.node')];
    const lines = [...svg.querySelectorAll('.e, .w')];
    const box = svg.parentElement;
    if (box.scrollWidth > box.clientWidth + 2) document.querySelector('.wider').hidden = false;
    const near = (node) => {
      svg.classList.toggle('near', Boolean(node));
      if (!node) return;
      const unit = node.dataset.n;
      const ring = new Set([unit]);
      lines.forEach((line) => {
        const on = line.dataset.a === unit || line.dataset.b === unit;
        line.classList.toggle('on', on);
        if (on) ring.add(line.dataset.a).add(line.dataset.b);
      });
      nodes.forEach((other) => other.classList.toggle('on', ring.has(other.dataset.n)));
    };
    nodes.forEach((node) => {
      node.addEventListener('pointerenter', () => near(node));
      node.addEventListener('pointerleave', () => near(null));
      node.addEventListener('focus', () => near(node));
      node.addEventListener('blur', () => near(null));
    });
  }

  if (document.body.classList.contains('huge')) foldAll();
  if (location.hash) reveal();
})();
