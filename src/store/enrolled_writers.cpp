#include "store/enrolled_writers.hpp"

#include <algorithm>
#include <array>

#include "store/bulk_session.hpp"
#include "store/queries/sequencer.hpp"

namespace rightful::store {

WriterKeys enrolled_keys(BulkSession& session,
                         std::int64_t log_id,
                         const LogIdentity& log,
                         const std::vector<std::string>& writers) {
  WriterKeys keys;
  if (writers.empty()) return keys;
  const std::string enrolment = ledger::WriterId::of(log.enrolment).text();
  if (std::ranges::find(writers, enrolment) != writers.end())
    keys.emplace(enrolment, log.enrolment);
  const std::array<Value, 2> values{log_id, writers};
  for (const Row row : session.run(queries::kWriterStarts, values)) {
    const Bytes bytes = row.bytes("leaf");
    const CheckedLeaf start = check_bytes(bytes, log, {});
    if (!start.enrolment || !start.signature_holds || start.leaf.w != row.text("writer_id"))
      continue;
    keys.emplace(start.leaf.w, start.enrolment->key);
  }
  return keys;
}

}  // namespace rightful::store
