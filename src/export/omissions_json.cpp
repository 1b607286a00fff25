#include <nlohmann/json.hpp>

#include "export/omissions.hpp"
#include "export/summary_pages.hpp"

namespace rightful::exporting {

using nlohmann::ordered_json;

std::string omissions_json(const PackageSummary& summary) {
  ordered_json list = ordered_json::array();
  for (const auto& dataset : summary.datasets) {
    for (const auto& omission : omissions_of(dataset, summary.phrases)) {
      list.push_back(
          {{"dataset", dataset.dataset->name},
           {"field",
            omission.field != nullptr ? ordered_json(omission.field->name) : ordered_json()},
           {"rule", name_of(omission.rule)},
           {"reason", omission.reason},
           {"count", omission.count}});
    }
  }
  return list.dump(2) + "\n";
}

}  // namespace rightful::exporting
