#!/usr/bin/env bash
# Builds the native proof library and the parameter maker.
#
#   build.sh [--variant auto|sha|portable|all] [--features cuda|cuda-supraseal|none] [--test]
#   build.sh --best
#
# Features are remembered in build/features: later builds without --features keep them, none forgets them.
# --test also runs the crates' own tests, of each variant that this CPU can run. --best prints where the library that
# auto would build is put, and builds nothing.
#
# Results: build/<variant>/libadit_ffi.so (.dylib on macOS) and build/adit-params.
#   auto      the variant that this CPU runs best (default)
#   sha       x86-64 with the SHA extensions: labels sectors about 15 times faster, does not run on other CPUs
#   portable  every CPU
#   all       both, for an install that chooses at start
# Each variant keeps its own cargo target directory under build/cargo, so that a switch rebuilds nothing.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
variant=auto
features=()
run_tests=0
only_best=0

fail() { echo "build.sh: $*" >&2; exit 1; }
usage() { sed -n '2,16s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"; }

while [ $# -gt 0 ]; do
  case "$1" in
    --variant) variant=${2:?--variant needs a value}; shift 2 ;;
    --features)
      case "${2:-}" in
        cuda|cuda-supraseal|none) mkdir -p "$here/build"; echo "$2" >"$here/build/features" ;;
        "") ;;
        *) fail "unknown feature '$2' (cuda, cuda-supraseal, none)" ;;
      esac
      shift; [ $# -eq 0 ] || shift ;;
    --test) run_tests=1; shift ;;
    --best) only_best=1; shift ;;
    -h|--help) usage; exit 0 ;;
    *) fail "unknown argument '$1'; see --help" ;;
  esac
done

kept=$(cat "$here/build/features" 2>/dev/null || echo none)
[ "$kept" = none ] || features=(--features "adit-ffi/$kept")

# The features that the sha variant is compiled with must all be there, or it stops with an illegal instruction.
cpu_has_sha() {
  case "$(uname -s)-$(uname -m)" in
    Linux-x86_64) grep -m1 '^flags' /proc/cpuinfo | grep -qw sha_ni && grep -m1 '^flags' /proc/cpuinfo | grep -qw ssse3 && grep -m1 '^flags' /proc/cpuinfo | grep -qw sse4_1 ;;
    *) return 1 ;;
  esac
}

if cpu_has_sha; then best=sha; else best=portable; fi
case "$variant" in
  auto) variants=("$best") ;;
  sha|portable) variants=("$variant") ;;
  all) variants=(portable); [ "$(uname -m)" = x86_64 ] && variants=(sha portable) ;;
  *) fail "unknown variant '$variant' (auto, sha, portable, all)" ;;
esac

if [ "$(uname -s)" = Darwin ]; then library=libadit_ffi.dylib; else library=libadit_ffi.so; fi

if [ "$only_best" -eq 1 ]; then
  echo "$here/build/$best/$library"
  exit 0
fi

command -v cargo >/dev/null || fail "cargo is missing. Install Rust 1.90 or newer as https://rustup.rs says; './adit build' prints the commands for Debian and macOS."
version=$(cargo --version | awk '{print $2}')
minor=$(echo "$version" | cut -d. -f2)
[ "${version%%.*}" -gt 1 ] || [ "$minor" -ge 90 ] || fail "cargo $version is too old; 1.90 or newer is needed ('rustup update stable')."
command -v cc >/dev/null || fail "a C compiler is missing ('apt install build-essential', 'xcode-select --install')."

# Appears whole or not at all, and only when it changed: a running process keeps its old file.
place() {
  cmp -s "$1" "$2" && return 0
  mkdir -p "$(dirname "$2")"
  cp "$1" "$2.new"
  mv -f "$2.new" "$2"
  echo "build.sh: $2"
}

for each in "${variants[@]}"; do
  flags=""
  [ "$each" = sha ] && flags="-C target-feature=+sha,+ssse3,+sse4.1"
  target="$here/build/cargo/$each"
  [ -d "$target/release" ] || echo "build.sh: building the $each variant; the first time takes 3 to 6 minutes on two cores"
  (cd "$here" && RUSTFLAGS="$flags" CARGO_TARGET_DIR="$target" \
    cargo build --release --locked -p adit-ffi -p adit-params ${features[@]+"${features[@]}"})
  place "$target/release/$library" "$here/build/$each/$library"
  if [ "$each" = "$best" ] || [ "${#variants[@]}" -eq 1 ]; then
    place "$target/release/adit-params" "$here/build/adit-params"
  fi
  # The same flags and target directory, so that only the crates here are compiled again, with their tests.
  if [ "$run_tests" -eq 1 ] && { [ "$each" != sha ] || [ "$best" = sha ]; }; then
    echo "build.sh: testing the $each variant"
    (cd "$here" && RUSTFLAGS="$flags" CARGO_TARGET_DIR="$target" cargo test --release --locked)
  fi
done
