#!/bin/bash
# Builds Parley's tests and runs them. `packaging/test.sh --help` says more.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

ALL=(check unit scenario page e2e fuzz asan)
usage() {
    cat <<'TEXT'
Usage: packaging/test.sh [OPTIONS] [WHAT...]

Installs what the tests need (Debian packages as root or with sudo, npm packages), builds, runs the
tests and ends with a line `N passed, N failed`. The exit status is 0 only if nothing failed.

WHAT, all of it by default, in this order:
  check      formatting, the include rule, the module's one exported symbol, that no change breaks the
             module ABI
  unit       unit tests (build/dev)
  scenario   XMPP dialogues and a third-party client against parleyd (build/dev)
  page       the call page: types and unit tests
  e2e        real browsers against parleyd (build/dev)
  fuzz       every fuzz target over its corpus and for some seconds more (build/fuzz, clang)
  asan       unit and scenario again with AddressSanitizer and UBSan (build/asan)
  tsan       unit and scenario again with ThreadSanitizer (build/tsan); only if asked for

Options
  --quiet         print only what fails and the last line
  --all-hosts     install Debian's Prosody and ejabberd, too (without starting them as services), and
                  play the scenarios and the browsers' calls on them; else only where they are
                  installed
  --help          this text

Logs: build/logs/. Each ctest label is also a label to `ctest --test-dir build/dev -L LABEL`.
TEXT
}

QUIET=0 ALL_HOSTS=0 SELECTED=()
while (($#)); do
    case "$1" in
        check | unit | scenario | page | e2e | fuzz | asan | tsan) SELECTED+=("$1") ;;
        --quiet) QUIET=1 ;;
        --all-hosts) ALL_HOSTS=1 ;;
        --help | -h)
            usage
            exit 0
            ;;
        *) fail "Unknown: $1. See packaging/test.sh --help" ;;
    esac
    shift
done
((${#SELECTED[@]})) || SELECTED=("${ALL[@]}")

PASSED=0 FAILED=0 SKIPPED=0 FAILURES=() STARTED=$SECONDS
PYTHON=/usr/bin/python3

# The closing line, whatever happens.
finish() {
    local status=$? failure
    trap - EXIT
    stop_step
    if ((status != 0 && FAILED == 0)); then
        FAILED=1
        FAILURES+=("the run itself (status $status)")
    fi
    say ""
    for failure in "${FAILURES[@]}"; do say "failed: $failure"; done
    say "after $((SECONDS - STARTED)) s:"
    if ((SKIPPED)); then
        say "$PASSED passed, $FAILED failed, $SKIPPED skipped"
    else
        say "$PASSED passed, $FAILED failed"
    fi
    exit "$((FAILED > 0 || PASSED == 0))"
}
trap finish EXIT
trap 'exit 130' INT TERM HUP

selected() {
    local what
    for what in "${SELECTED[@]}"; do [[ "$what" == "$1" ]] && return; done
    return 1
}

# count WHAT PASSED FAILED SKIPPED
count() {
    PASSED=$((PASSED + $2))
    FAILED=$((FAILED + $3))
    SKIPPED=$((SKIPPED + $4))
    if (($3)); then FAILURES+=("$1: $3"); fi
    if (($3)) || ((!QUIET)); then say "$1: $2 passed, $3 failed$( (($4)) && printf ', %s skipped' "$4")"; fi
}

# Builds a preset once; a failure counts as one failed test.
declare -A BUILT
built() {
    if [[ -z "${BUILT[$1]:-}" ]]; then
        if build_preset "$@"; then
            BUILT[$1]=yes
        else
            BUILT[$1]=no
            count "build ($1)" 0 1 0
        fi
    fi
    [[ "${BUILT[$1]}" == yes ]]
}

# run_ctest PRESET LABEL JOBS [TARGET...]: the tests of a label, counted one by one. Builds the targets
# before, or everything.
run_ctest() {
    local preset="$1" label="$2" jobs="$3" name="$2 ($1)" junit counts
    built "$preset" "${@:4}" || return 0
    junit="$LOGS/junit-$preset-$label.xml"
    rm -f "$junit"
    step "Running $name" "ctest-$preset-$label" \
        ctest --test-dir "$ROOT/build/$preset" -L "^$label\$" --no-tests=error -j "$jobs" \
        --test-output-size-passed 10000000 --test-output-size-failed 10000000 --output-junit "$junit" || true
    if [[ ! -s "$junit" ]]; then
        show_log "ctest-$preset-$label"
        count "$name" 0 1 0
        return 0
    fi
    counts="$("$PYTHON" "$ROOT/packaging/count_tests.py" "$junit" 2>&1 >"$LOGS/counts")" || true
    [[ -z "$counts" ]] || say "$counts"
    read -r -a numbers <"$LOGS/counts" || numbers=(0 1 0)
    count "$name" "${numbers[@]}"
}

# run_counted TITLE LOG COMMAND...: a command that ends with a line "N passed, N failed[, N skipped]".
run_counted() {
    local title="$1" log="$2" status=0 line
    step "Running $title" "${@:2}" || status=$?
    line="$(grep -E '^[0-9]+ passed, [0-9]+ failed(, [0-9]+ skipped)?$' "$LOGS/$log.log" | tail -1 || true)"
    if [[ "$line" =~ ^([0-9]+)\ passed,\ ([0-9]+)\ failed(,\ ([0-9]+)\ skipped)?$ ]]; then
        local passed="${BASH_REMATCH[1]}" failed="${BASH_REMATCH[2]}" skipped="${BASH_REMATCH[4]:-0}"
        if ((status != 0 && failed == 0)); then failed=1; fi
        ((failed == 0)) || show_log "$log"
        count "$title" "$passed" "$failed" "$skipped"
    else
        show_log "$log"
        count "$title" 0 1 0
    fi
}

export BOOST_TEST_REPORT_LEVEL=short
cd "$ROOT"
if ((ALL_HOSTS)); then
    PACKAGES_TEST+=("${PACKAGES_HOSTS[@]}")
fi
SUPPRESS_SERVICES=1
install_packages "${PACKAGES_BUILD[@]}" "${PACKAGES_RUN[@]}" "${PACKAGES_TEST[@]}"
CORES="$(nproc)"

selected check && run_ctest dev check "$CORES"
selected unit && run_ctest dev unit "$CORES"
selected scenario && run_ctest dev scenario 1
if selected page || selected e2e; then build_page; fi
selected page && run_counted "page" page-test npm --prefix "$PAGE" test
if selected e2e; then
    npm_install "$ROOT/tests/e2e" e2e
    run_ctest dev e2e 1
fi
selected fuzz && run_ctest fuzz fuzz "$CORES" fuzz_targets
for preset in asan tsan; do
    if selected "$preset"; then
        run_ctest "$preset" unit "$CORES"
        run_ctest "$preset" scenario 1
    fi
done
exit 0
