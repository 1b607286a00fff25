#include "export/media_list.hpp"

#include <algorithm>
#include <array>
#include <bit>

#include <fmt/format.h>

#include "rightful/core/check.hpp"

namespace rightful::exporting {

namespace {

struct Ending {
  std::string_view text;
  MediaKind kind;
};

constexpr std::array kEndings{Ending{"wav", MediaKind::Audio},  Ending{"mp3", MediaKind::Audio},
                              Ending{"ogg", MediaKind::Audio},  Ending{"oga", MediaKind::Audio},
                              Ending{"opus", MediaKind::Audio}, Ending{"flac", MediaKind::Audio},
                              Ending{"m4a", MediaKind::Audio},  Ending{"aac", MediaKind::Audio},
                              Ending{"weba", MediaKind::Audio}, Ending{"mp4", MediaKind::Video},
                              Ending{"webm", MediaKind::Video}, Ending{"ogv", MediaKind::Video},
                              Ending{"mov", MediaKind::Video},  Ending{"jpg", MediaKind::Image},
                              Ending{"jpeg", MediaKind::Image}, Ending{"png", MediaKind::Image},
                              Ending{"gif", MediaKind::Image},  Ending{"webp", MediaKind::Image},
                              Ending{"avif", MediaKind::Image}, Ending{"bmp", MediaKind::Image},
                              Ending{"amr", MediaKind::Other},  Ending{"heic", MediaKind::Other},
                              Ending{"tif", MediaKind::Other},  Ending{"tiff", MediaKind::Other},
                              Ending{"pdf", MediaKind::Other},  Ending{"txt", MediaKind::Other},
                              Ending{"csv", MediaKind::Other},  Ending{"eml", MediaKind::Other},
                              Ending{"json", MediaKind::Other}, Ending{"zip", MediaKind::Other},
                              Ending{"odt", MediaKind::Other},  Ending{"ods", MediaKind::Other},
                              Ending{"docx", MediaKind::Other}, Ending{"xlsx", MediaKind::Other},
                              Ending{"bin", MediaKind::Other}};

char to_lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool equal_ignoring_case(std::string_view left, std::string_view right) {
  return std::ranges::equal(left, right, [](char a, char b) { return to_lower(a) == to_lower(b); });
}

void append_number(Bytes& out, std::uint64_t number) {
  const auto bytes = std::bit_cast<std::array<std::byte, 8>>(number);
  out.insert(out.end(), bytes.begin(), bytes.end());
}

void append_text(Bytes& out, std::string_view text) {
  append_number(out, text.size());
  const ByteView bytes = as_bytes(text);
  out.insert(out.end(), bytes.begin(), bytes.end());
}

std::size_t index_of_field(const catalog::Dataset& dataset, const catalog::Field& field) {
  return static_cast<std::size_t>(&field - dataset.fields.data());
}

}  // namespace

std::string_view ending_of(std::string_view reference) {
  const auto dot = reference.rfind('.');
  if (dot == std::string_view::npos) return "bin";
  const std::string_view ending = reference.substr(dot + 1);
  const auto* known = std::ranges::find_if(kEndings, [&](const Ending& candidate) {
    return equal_ignoring_case(candidate.text, ending);
  });
  return known == kEndings.end() ? std::string_view("bin") : known->text;
}

MediaKind media_kind_of(std::string_view ending) {
  const auto* known = std::ranges::find(kEndings, ending, &Ending::text);
  return known == kEndings.end() ? MediaKind::Other : known->kind;
}

std::string media_name(std::string_view dataset, std::uint64_t number, std::string_view ending) {
  return fmt::format("media/{}/{:06}.{}", dataset, number, ending);
}

std::string MediaList::add(const sources::ObjectReference& object,
                           std::size_t dataset_index,
                           std::uint64_t number) {
  Bytes entry;
  append_number(entry, dataset_index);
  append_number(entry, index_of_field(*object.dataset, *object.field));
  append_number(entry, object.record);
  append_number(entry, number);
  append_text(entry, object.reference);
  append_text(entry, object.version);
  spool_.append(entry);
  ++count_;
  return media_name(object.dataset->name, number, ending_of(object.reference));
}

std::optional<ListedObject> MediaList::Reader::next() {
  const auto dataset_index = first_number();
  if (!dataset_index) return std::nullopt;
  const catalog::Dataset& dataset = catalog_.datasets().at(*dataset_index);
  const catalog::Field& field = dataset.fields.at(number());
  const std::uint64_t record = number();
  const std::uint64_t object_number = number();
  std::string reference = text();
  std::string version = text();
  std::string name = media_name(dataset.name, object_number, ending_of(reference));
  return ListedObject{{&dataset, &field, record, std::move(reference), std::move(version)},
                      std::move(name)};
}

std::optional<std::uint64_t> MediaList::Reader::first_number() {
  std::array<std::byte, 8> bytes{};
  const std::size_t got = reader_.read(std::span(bytes).first(1));
  if (got == 0) return std::nullopt;
  fill(std::span(bytes).subspan(1));
  return std::bit_cast<std::uint64_t>(bytes);
}

std::uint64_t MediaList::Reader::number() {
  std::array<std::byte, 8> bytes{};
  fill(bytes);
  return std::bit_cast<std::uint64_t>(bytes);
}

std::string MediaList::Reader::text() {
  std::string text(number(), '\0');
  fill(std::as_writable_bytes(std::span(text)));
  return text;
}

void MediaList::Reader::fill(std::span<std::byte> into) {
  while (!into.empty()) {
    const std::size_t got = reader_.read(into);
    RIGHTFUL_CHECK(got > 0);  // we wrote the list ourselves
    into = into.subspan(got);
  }
}

}  // namespace rightful::exporting
