#pragma once
// A non-blocking UDP socket on this machine.

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <system_error>

namespace carriage {

/// send and receive never block, allocate or throw, so they may be called in a tick; each is one system call.
class Socket {
 public:
  /// A free port. Throws std::system_error.
  Socket() : descriptor_(::socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)) {
    sockaddr_in address = local(0);
    if (descriptor_ < 0 || ::bind(descriptor_, reinterpret_cast<sockaddr*>(&address), sizeof(address)) != 0) {
      const int error = errno;
      if (descriptor_ >= 0) ::close(descriptor_);
      throw std::system_error(error, std::generic_category(), "UDP socket");
    }
  }
  ~Socket() { ::close(descriptor_); }
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;

  [[nodiscard]] std::uint16_t port() const noexcept {
    sockaddr_in address{};
    socklen_t size = sizeof(address);
    ::getsockname(descriptor_, reinterpret_cast<sockaddr*>(&address), &size);
    return ntohs(address.sin_port);
  }

  /// Where send() goes.
  void set_peer(std::uint16_t port) noexcept { peer_ = port; }
  /// To the sender of the last message, from now on.
  void answer() noexcept { peer_ = sender_; }

  /// Whether the system took it; whether it arrives is another matter.
  template <typename Message>
  [[nodiscard]] bool send(const Message& message) const noexcept {
    const sockaddr_in to = local(peer_);
    return peer_ != 0 && ::sendto(descriptor_, &message, sizeof(message), 0, reinterpret_cast<const sockaddr*>(&to),
                                  sizeof(to)) == static_cast<ssize_t>(sizeof(message));
  }

  /// The next datagram that is such a message; false if none is left.
  template <typename Message>
  [[nodiscard]] bool receive(Message& message) noexcept {
    for (;;) {
      Message received;
      sockaddr_in from{};
      socklen_t size = sizeof(from);
      const ssize_t bytes =
          ::recvfrom(descriptor_, &received, sizeof(received), MSG_TRUNC, reinterpret_cast<sockaddr*>(&from), &size);
      if (bytes < 0) return false;
      if (bytes != static_cast<ssize_t>(sizeof(received)) || received.magic != Message{}.magic) continue;
      sender_ = ntohs(from.sin_port);
      message = received;
      return true;
    }
  }

 private:
  static sockaddr_in local(std::uint16_t port) noexcept {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
  }

  int descriptor_;
  std::uint16_t peer_ = 0, sender_ = 0;
};

}  // namespace carriage
