// Stands in the place of `rightful export-child`: its input is the word that says how it behaves.
#include <poll.h>
#include <sys/resource.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <string>

#include "rightful/queue/child_channel.hpp"

namespace {

constexpr int kInput = 3;
constexpr int kOutput = 4;

/// Until somebody ends it.
void hang() {
  for (;;)
    ::poll(nullptr, 0, -1);
}

int behave(rightful::queue::ChildEnd& channel, const std::string& word) {
  if (word == "result") {
    channel.send("result");
    return 0;
  }
  if (word == "ask") {
    channel.send("ask");
    channel.send(channel.receive().value_or("nothing") == "answer" ? "result" : "failure");
    return 0;
  }
  if (word == "failure") {
    channel.send("failure");
    return 1;
  }
  if (word == "quarantine") {
    channel.send("quarantine");
    return 1;
  }
  if (word == "environment") {
    // Nothing was inherited: no variable, no descriptor but the two and 0, 1, 2.
    const bool is_clean = environ[0] == nullptr && ::dup(5) == -1 && ::getsid(0) == ::getpid();
    channel.send(is_clean ? "result" : "failure");
    return is_clean ? 0 : 1;
  }
  if (word == "silent") return 0;
  if (word == "bad exit") {
    channel.send("result");
    return 7;
  }
  if (word == "crash") {
    const rlimit none{0, 0};
    ::setrlimit(RLIMIT_CORE, &none);
    std::abort();
  }
  if (word == "killed") ::raise(SIGKILL);
  if (word == "forbidden") channel.send("forbidden");
  if (word == "half a frame") {
    [[maybe_unused]] const auto put = ::write(kOutput, "\0\0\0\x09half", 8);
    return 0;
  }
  if (word == "too long") {
    [[maybe_unused]] const auto put = ::write(kOutput, "\x7f\xff\xff\xff", 4);
  }
  if (word == "stay after result") channel.send("result");
  hang();
  return 0;
}

}  // namespace

int main() {
  rightful::queue::ChildEnd channel(kInput, kOutput);
  const auto word = channel.receive();
  return word ? behave(channel, *word) : 9;
}
