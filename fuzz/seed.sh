#!/usr/bin/env bash
# Fills fuzz/corpus with the fixtures, each target with the kinds that its readers take.
# Then, for example: cargo +nightly fuzz run -s none forum -- -max_total_time=600 -max_len=65536
# Without a nightly compiler: RUSTC_BOOTSTRAP=1 cargo fuzz run ... The readers hold no unsafe code, so no sanitizer.
set -eu
cd "$(dirname "$0")/.."
seed() {
    target=$1
    shift
    mkdir -p "fuzz/corpus/$target"
    find fixtures -type f "$@" ! -name '*.expected.json' | sort | while read -r file; do
        cp "$file" "fuzz/corpus/$target/$(printf '%s' "${file#fixtures/}" | tr '/' '-')"
    done
    echo "$target: $(find "fuzz/corpus/$target" -type f | wc -l) seeds"
}
seed forum -name '*.html'
seed generic -name '*.html'
seed json \( -name '*.json' -o -name '*.ndjson' \)
seed mail \( -name '*.mbox' -o -name '*.eml' -o -path 'fixtures/mail/*' \)
seed plain_text \( -name '*.txt' -o -name '*.md' \)
