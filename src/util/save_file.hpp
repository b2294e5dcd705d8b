#pragma once
// Writes whole files, so that nobody ever sees half of one.

#include <string>
#include <string_view>

namespace ripen {

/// Puts bytes into a file. A regular file is replaced in one step, by one that was written beside it: it keeps its
/// permissions, a link to it stays a link, and on failure it is what it was, with nothing left behind. What is no
/// regular file, as a device or a FIFO, is written to. Throws Error with the system's reason alone: the caller names
/// the file.
void save_file(const std::string& path, std::string_view bytes);

/// Throws what save_file() would throw now, but for want of space. What is there stays as it is; opens no device or
/// FIFO.
void check_writable(const std::string& path);

}  // namespace ripen
