#include "rightful/store/database_failure.hpp"

#include <utility>

namespace rightful::store {

DatabaseFailure::DatabaseFailure(Retry retry,
                                 std::string cause,
                                 const std::string& text,
                                 std::string sqlstate)
    : Failure(retry, std::move(cause), text), sqlstate_(std::move(sqlstate)) {}

ConstraintViolation::ConstraintViolation(ConstraintKind kind,
                                         std::string constraint,
                                         const std::string& text,
                                         std::string sqlstate)
    : DatabaseFailure(Retry::Never,
                      "constraint",
                      constraint.empty() ? text : text + ", constraint " + constraint,
                      std::move(sqlstate)),
      kind_(kind),
      constraint_(std::move(constraint)) {}

}  // namespace rightful::store
