/// @file
/// A folder as a source of objects. What a row names is opened below the folder and nowhere else,
/// by the kernel's own rules (openat2), never by checking a path first and opening it afterwards.
#pragma once

#include <memory>
#include <string>

#include "rightful/core/unique_fd.hpp"

#include "sources/source.hpp"

namespace rightful::sources {

class FilesSource final : public ObjectSource {
 public:
  /// @param root  an absolute folder. @return NotConfigured when it is none, or may not be entered.
  [[nodiscard]] static SourceResult<std::unique_ptr<FilesSource>> open(
      const catalog::Source& source, const std::string& root);

  [[nodiscard]] SnapshotFacts snapshot() const override;
  [[nodiscard]] SourceResult<std::unique_ptr<ObjectStream>> open_object(
      const ObjectReference& object) override;

 private:
  FilesSource(std::string name, UniqueFd root) : name_(std::move(name)), root_(std::move(root)) {}

  std::string name_;
  UniqueFd root_;
};

}  // namespace rightful::sources
