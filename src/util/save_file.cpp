#include "util/save_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <filesystem>
#include <optional>
#include <system_error>
#include <utility>

#include "ripen/error.hpp"

namespace ripen {

namespace {

namespace fs = std::filesystem;

constexpr int kMostLinks = 40;  // As Linux has it.
constexpr int kMostTries = 1000;

[[noreturn]] void fail(int reason) { throw Error(std::generic_category().message(reason)); }

/// An open file.
class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {
    if (number < 0) fail(errno);
  }
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;

  void write(std::string_view bytes) const {
    while (!bytes.empty()) {
      const ssize_t written = ::write(number_, bytes.data(), bytes.size());
      if (written < 0 && errno != EINTR) fail(errno);
      if (written > 0) bytes.remove_prefix(static_cast<std::size_t>(written));
    }
  }
  /// Takes over permissions, and the owner as far as the system lets us.
  void become_like(const struct stat& other) const {
    (void)!::fchown(number_, other.st_uid, other.st_gid);
    if (::fchmod(number_, other.st_mode & 0777) != 0) fail(errno);
  }
  void sync() const {
    if (::fsync(number_) != 0) fail(errno);
  }
  /// Some file systems tell only here that the disk is full.
  void close() {
    if (::close(std::exchange(number_, -1)) != 0) fail(errno);
  }

 private:
  int number_;
};

/// A file of a name that nobody else has, beside where it is to go. Removed unless it got there.
class Partial {
 public:
  explicit Partial(const fs::path& target) : file_(open_beside(target, path_)) {}
  ~Partial() {
    if (!path_.empty()) ::unlink(path_.c_str());
  }
  Partial(const Partial&) = delete;
  Partial& operator=(const Partial&) = delete;

  [[nodiscard]] Descriptor& file() { return file_; }
  void move_to(const fs::path& target) {
    if (::rename(path_.c_str(), target.c_str()) != 0) fail(errno);
    path_.clear();
  }

 private:
  /// The name is short, since the target's may be as long as the system allows.
  static int open_beside(const fs::path& target, std::string& path) {
    static std::atomic<unsigned> count = 0;
    for (int tries = 0;; ++tries) {
      const std::string name = ".ripen-" + std::to_string(::getpid()) + "-" + std::to_string(++count) + ".partial";
      path = (target.parent_path() / name).string();
      const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
      // A process of our number may have been killed here.
      if (file >= 0 || errno != EEXIST || tries == kMostTries) return file;
    }
  }

  std::string path_;
  Descriptor file_;
};

/// What a path stands for, behind all links.
struct Target {
  fs::path path;
  std::optional<struct stat> found;  // None: there is no such file yet.
  [[nodiscard]] bool replaceable() const { return !found || S_ISREG(found->st_mode); }
};

Target target_of(const std::string& path) {
  Target target{.path = path, .found = {}};
  std::error_code error;
  struct stat found {};
  if (::stat(path.c_str(), &found) == 0) {
    if (S_ISDIR(found.st_mode)) fail(EISDIR);
    if (::faccessat(AT_FDCWD, path.c_str(), W_OK, AT_EACCESS) != 0) fail(errno);
    target.found = found;
    if (S_ISREG(found.st_mode)) target.path = fs::canonical(path, error);
    if (error) fail(error.value());
    return target;
  }
  if (errno != ENOENT || path.empty()) fail(errno);
  for (int links = 0; fs::is_symlink(target.path, error); ++links) {  // To a file that is still to be made.
    if (links == kMostLinks) fail(ELOOP);
    target.path = target.path.parent_path() / fs::read_symlink(target.path, error);
    if (error) fail(error.value());
  }
  return target;
}

}  // namespace

void save_file(const std::string& path, std::string_view bytes) {
  const Target target = target_of(path);
  if (!target.replaceable()) {
    Descriptor file(::open(path.c_str(), O_WRONLY | O_NOCTTY | O_CLOEXEC));
    file.write(bytes);
    file.close();
    return;
  }
  Partial partial(target.path);
  partial.file().write(bytes);
  if (target.found) partial.file().become_like(*target.found);
  partial.file().sync();
  partial.file().close();
  partial.move_to(target.path);
}

void check_writable(const std::string& path) {
  const Target target = target_of(path);
  if (target.replaceable()) const Partial partial(target.path);
}

}  // namespace ripen
