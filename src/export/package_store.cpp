#include "rightful/export/package_store.hpp"

#include <algorithm>

#include "rightful/core/id.hpp"

namespace rightful::exporting {

namespace {

constexpr std::string_view kSuffix = ".zip";

class StoredBytes final : public lifecycle::PackageBytes {
 public:
  explicit StoredBytes(std::unique_ptr<archive::ReadAt> object) : object_(std::move(object)) {}

  [[nodiscard]] std::uint64_t size() const override { return object_->size(); }

  [[nodiscard]] std::size_t read(std::uint64_t offset, std::span<std::byte> out) override {
    if (offset >= object_->size()) return 0;
    const auto size =
        static_cast<std::size_t>(std::min<std::uint64_t>(out.size(), object_->size() - offset));
    object_->read_at(offset, out.first(size));
    return size;
  }

 private:
  std::unique_ptr<archive::ReadAt> object_;
};

}  // namespace

Result<std::unique_ptr<lifecycle::PackageBytes>> PackageStore::open(
    const std::string& object_name) {
  RIGHTFUL_TRY(auto object, read(object_name));
  return std::make_unique<StoredBytes>(std::move(object));
}

bool is_object_name(std::string_view text) {
  if (!text.ends_with(kSuffix)) return false;
  text.remove_suffix(kSuffix.size());
  const auto id = PackageId::parse(text);
  return id && id->to_string() == text;
}

}  // namespace rightful::exporting
