#include "push_t/npz.hpp"

#include <zip.h>

#include <bit>
#include <cstring>
#include <functional>
#include <memory>
#include <numeric>
#include <regex>
#include <stdexcept>

#include "ripen/error.hpp"
#include "util/save_file.hpp"

namespace ripen::push_t {

namespace {

static_assert(std::endian::native == std::endian::little, "the numbers in the file are little-endian");

constexpr std::size_t kMagic = 6;  // Bytes of "\x93NUMPY".
constexpr std::uint64_t kLargest = std::uint64_t{1} << 32;

std::runtime_error zip_problem(const std::string& path, int code) {
  zip_error_t error;
  zip_error_init_with_code(&error, code);
  const std::string why = zip_error_strerror(&error);
  zip_error_fini(&error);
  return std::runtime_error(path + ": " + why);
}

/// The bytes of one member of the archive.
std::string member_of(const std::string& path, const std::string& member) {
  int code = 0;
  const std::unique_ptr<zip_t, decltype(&zip_discard)> archive(zip_open(path.c_str(), ZIP_RDONLY, &code), zip_discard);
  if (!archive) throw zip_problem(path, code);
  const auto fail = [&](const std::string& why) { throw std::runtime_error(path + ": " + member + ": " + why); };
  zip_stat_t stat;
  if (zip_stat(archive.get(), member.c_str(), 0, &stat) != 0) fail(zip_strerror(archive.get()));
  if (stat.size > kLargest) fail("has " + std::to_string(stat.size) + " bytes, too many");
  const std::unique_ptr<zip_file_t, decltype(&zip_fclose)> file(zip_fopen(archive.get(), member.c_str(), 0),
                                                                zip_fclose);
  if (!file) fail(zip_strerror(archive.get()));
  std::string bytes(stat.size, '\0');
  if (zip_fread(file.get(), bytes.data(), stat.size) != static_cast<zip_int64_t>(stat.size)) {
    fail("cannot be unpacked: " + std::string(zip_file_strerror(file.get())));
  }
  return bytes;
}

/// An array as the bytes of a .npy file, version 1.
std::string to_npy(const Array& array) {
  std::string header = "{'descr': '<f8', 'fortran_order': False, 'shape': (";
  for (const std::int64_t size : array.shape) header += std::to_string(size) + ",";
  header += ")}";
  header.append(64 - (kMagic + 4 + header.size() + 1) % 64, ' ');  // The data begins on a multiple of 64.
  header += '\n';
  const auto length = static_cast<std::uint16_t>(header.size());
  std::string bytes = "\x93NUMPY\x01";
  bytes += '\0';
  bytes.append(reinterpret_cast<const char*>(&length), sizeof length);
  bytes += header;
  return bytes.append(reinterpret_cast<const char*>(array.values.data()), array.values.size() * sizeof(double));
}

template <typename Number>
void widen(const char* bytes, std::vector<double>& values) {
  for (double& value : values) {
    Number number;
    std::memcpy(&number, bytes, sizeof number);
    value = static_cast<double>(number);
    bytes += sizeof number;
  }
}

}  // namespace

Array read_npz(const std::string& path, const std::string& name) {
  const std::string bytes = member_of(path, name + ".npy");
  const auto fail = [&](const std::string& why) { throw std::runtime_error(path + ": " + name + ": " + why); };
  // Magic, version, length of the header (2 bytes in version 1, else 4), header: a Python dictionary, data.
  if (bytes.size() < kMagic + 6 || !bytes.starts_with("\x93NUMPY")) fail("is no .npy file");
  const bool first = bytes[kMagic] == 1;
  const std::size_t begin = kMagic + (first ? 4 : 6);
  std::uint32_t length = 0;
  std::memcpy(&length, bytes.data() + kMagic + 2, first ? 2 : 4);
  if (bytes.size() - begin < length) fail("its header is cut short");
  const std::string header = bytes.substr(begin, length);

  std::smatch type, order, shape;
  if (!std::regex_search(header, type, std::regex(R"('descr':\s*'([^']*)')")) ||
      !std::regex_search(header, order, std::regex(R"('fortran_order':\s*(\w+))")) ||
      !std::regex_search(header, shape, std::regex(R"('shape':\s*\(([\d, ]*)\))"))) {
    fail("its header is not understood: " + header);
  }
  if (order[1] != "False") fail("is not in C order");

  Array array;
  std::uint64_t count = 1;
  const std::string sizes = shape[1];
  const std::regex number(R"(\d{1,10})");
  for (auto it = std::sregex_iterator(sizes.begin(), sizes.end(), number); it != std::sregex_iterator(); ++it) {
    array.shape.push_back(std::stoll(it->str()));
    count *= static_cast<std::uint64_t>(array.shape.back());
    if (count > kLargest) fail("its shape (" + sizes + ") is too large");
  }
  const std::size_t size = type[1] == "<f4" ? 4 : type[1] == "<f8" || type[1] == "<i8" ? 8 : 0;
  if (size == 0) fail("type '" + type[1].str() + "' is none of <f4, <f8, <i8");
  if (bytes.size() - begin - length != count * size) {
    fail("has " + std::to_string(bytes.size() - begin - length) + " bytes of data, its shape (" + sizes + ") needs " +
         std::to_string(count * size));
  }
  array.values.resize(count);
  const char* data = bytes.data() + begin + length;
  if (type[1] == "<f4") widen<float>(data, array.values);
  if (type[1] == "<f8") widen<double>(data, array.values);
  if (type[1] == "<i8") widen<std::int64_t>(data, array.values);
  return array;
}

void write_npz(const std::string& path, const std::map<std::string, Array>& arrays) {
  // Made in memory: libzip itself would replace a link or a device by a file.
  zip_error_t error;
  zip_error_init(&error);
  const std::unique_ptr<zip_error_t, decltype(&zip_error_fini)> end_of_error(&error, zip_error_fini);
  const auto check = [&](bool good, const char* why) {
    if (!good) throw std::runtime_error(path + ": " + why);
  };
  const std::unique_ptr<zip_source_t, decltype(&zip_source_free)> file(zip_source_buffer_create(nullptr, 0, 0, &error),
                                                                       zip_source_free);
  check(file != nullptr, zip_error_strerror(&error));
  zip_source_keep(file.get());  // The archive frees it as well.
  std::unique_ptr<zip_t, decltype(&zip_discard)> archive(zip_open_from_source(file.get(), ZIP_TRUNCATE, &error),
                                                         zip_discard);
  if (!archive) zip_source_free(file.get());
  check(archive != nullptr, zip_error_strerror(&error));
  std::map<std::string, std::string> members;  // Read when the archive is closed.
  for (const auto& [name, array] : arrays) {
    const std::string& bytes = members[name + ".npy"] = to_npy(array);
    zip_source_t* source = zip_source_buffer(archive.get(), bytes.data(), bytes.size(), 0);
    check(source != nullptr, zip_strerror(archive.get()));
    const bool added = zip_file_add(archive.get(), (name + ".npy").c_str(), source, ZIP_FL_OVERWRITE) >= 0;
    if (!added) zip_source_free(source);
    check(added, zip_strerror(archive.get()));
  }
  check(zip_close(archive.get()) == 0, zip_strerror(archive.get()));
  (void)archive.release();  // It is closed.

  const auto why = [&] { return zip_error_strerror(zip_source_error(file.get())); };
  check(zip_source_open(file.get()) == 0 && zip_source_seek(file.get(), 0, SEEK_END) == 0, why());
  std::string bytes(static_cast<std::size_t>(zip_source_tell(file.get())), '\0');
  check(zip_source_seek(file.get(), 0, SEEK_SET) == 0 &&
            zip_source_read(file.get(), bytes.data(), bytes.size()) == static_cast<zip_int64_t>(bytes.size()),
        why());
  zip_source_close(file.get());
  try {
    save_file(path, bytes);
  } catch (const Error& problem) {
    check(false, problem.what());
  }
}

}  // namespace ripen::push_t
