# shellcheck shell=bash disable=SC2034
# Sourced by the self-tests, which end with `result`.

checks=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
project=$(git -C "$checks" rev-parse --show-toplevel)
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
passed=0 failed=0
subject= # what is checked, for messages

expect() { # status, words that the output has (nothing: no output at all), command...
    local status=0 output want=$1 words=$2
    shift 2
    output=$("$@" 2>&1) || status=$?
    if [[ $status == "$want" && ($words != '' || $output == '') && $output == *"$words"* ]]; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "FAILED: $* for $subject: status $status (not $want), said: $output (not: $words)"
    fi
}

result() {
    echo "$passed passed, $failed failed"
    ((failed == 0))
}
