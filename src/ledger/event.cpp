#include "rightful/ledger/event.hpp"

namespace rightful::ledger {

std::string_view name_of(Outcome outcome) noexcept {
  switch (outcome) {
    case Outcome::Ok:
      return "ok";
    case Outcome::Denied:
      return "denied";
    case Outcome::Error:
      return "error";
  }
  return "error";
}

std::string Event::text_of(const Self& /*actor*/) {
  return "self";
}

std::string Event::text_of(const System& /*actor*/) {
  return "system";
}

std::string Event::text_of(const Staff& actor) {
  return actor.ref.text();
}

void Event::append(std::string_view name, const FieldText& value) {
  if (fields_.size() > 1) fields_ += ',';
  fields_ += '"';
  fields_ += name;
  fields_ += "\":";
  if (!value.is_integer) fields_ += '"';
  fields_ += value.text;
  if (!value.is_integer) fields_ += '"';
}

}  // namespace rightful::ledger
