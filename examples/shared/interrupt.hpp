#pragma once
// A signal that asks a program to end lets it write what it has done so far.

#include <atomic>
#include <csignal>

namespace ripen::examples {

/// The number of the signal that asked for the end; 0: none has.
using Interrupt = std::atomic<int>;
static_assert(Interrupt::is_always_lock_free, "a signal's handler may not lock");

inline constinit Interrupt interrupt_of_program = 0;

/// From now on SIGINT, SIGTERM, SIGHUP and SIGPIPE (nobody reads the output any more) are noted in
/// interrupt_of_program. The second one ends the program at once, as if none had been caught; but not SIGPIPE, which
/// comes with every line. One that is ignored already (nohup, a script's job in the background) stays so.
inline void note_interrupts() {
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGPIPE}) {
    struct sigaction before {};
    if (::sigaction(signal, nullptr, &before) != 0 || before.sa_handler == SIG_IGN) continue;
    struct sigaction action {};
    action.sa_flags = SA_RESTART;  // What is being written is written.
    action.sa_handler = [](int number) {
      int none = 0;
      if (interrupt_of_program.compare_exchange_strong(none, number) || number == SIGPIPE) return;
      std::signal(number, SIG_DFL);
      std::raise(number);
    };
    ::sigaction(signal, &action, nullptr);
  }
}

/// Ends the program by the signal that was noted, if one was: whoever started it, as a script's loop, ends with it.
inline void end_if_interrupted() {
  const int signal = interrupt_of_program;
  if (signal == 0) return;
  std::signal(signal, SIG_DFL);
  std::raise(signal);
}

}  // namespace ripen::examples
