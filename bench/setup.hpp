/// @file
/// What every part of the bench is given.
#pragma once

#include "bench/bench_folder.hpp"
#include "bench/contenders.hpp"
#include "bench/progress.hpp"

namespace rightful::bench {

struct Setup {
  const BenchFolder& folder;
  const Programs& programs;
  Progress& progress;
  int rounds;
};

}  // namespace rightful::bench
