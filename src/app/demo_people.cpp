#include "app/demo_people.hpp"

namespace rightful::app {

namespace {

constexpr DemoVolume kSchmidt{.devices = 5,
                              .recordings = kAnnaSchmidtRecordings,
                              .searches = 5200,
                              .music_commands = 3600,
                              .transit_questions = 1900,
                              .purchases = 320,
                              .alarms = 240,
                              .doorbell_clips = 60};

// Same household, and never owned a device: nothing that only a device can make.
constexpr DemoVolume kSchmitt{.devices = 0,
                              .recordings = 0,
                              .searches = 4100,
                              .music_commands = 0,
                              .transit_questions = 1300,
                              .purchases = 260,
                              .alarms = 0,
                              .doorbell_clips = 0};

// Recordings of the others: what is left of the 2,255 is dealt out evenly.
constexpr DemoVolume kOther{.devices = 3,
                            .recordings = 0,
                            .searches = 2600,
                            .music_commands = 1900,
                            .transit_questions = 1000,
                            .purchases = 210,
                            .alarms = 120,
                            .doorbell_clips = 12};

}  // namespace

const std::array<DemoPerson, 14>& demo_people() {
  static constexpr std::array<DemoPerson, 14> kPeople = {{
      {"C-10204417", "Anna", "Schmidt", "anna.schmidt@example.org", "+49 30 90182711", "Lindenstraße 17", "10969",
       "Berlin", "DE", "1984-03-09", "en", kSchmidt},
      {"C-10204471", "Anna", "Schmitt", "anna.schmitt@example.org", "+49 30 90182711", "Lindenstraße 17", "10969",
       "Berlin", "DE", "1984-03-09", "en", kSchmitt},
      {"C-10205001", "Anna", "Schmid", "anna.schmid@example.org", "+49 30 90182717", "Lindenstraße 71", "10969",
       "Berlin", "DE", "1984-09-03", "en", kOther},
      {"C-10205002", "Bjørn", "O'Leary-Ångström", "bjorn@example.org", "+47 21 555 012", "Storgata \"B\" 4", "0155",
       "Oslo", "NO", "1971-12-31", "en", kOther},
      {"C-10205003", "Robert'); DROP TABLE account;--", "Tables", "bobby@example.org", "", "1 O'Hare Way", "D02",
       "Dublin", "IE", "2000-02-29", "en", kOther},
      {"C-10205004", "<script>alert('name')</script>", "Müller", "mueller@example.org", "+49 89 5550102",
       "Weg <b>3</b> & 4", "80331", "München", "DE", "1990-01-01", "en", kOther},
      {"C-10205005", "ליאת", "כהן", "liat@example.org", "+972 3 555 0107", "רחוב הרצל 12", "6688312", "תל אביב", "IL",
       "1988-07-21", "en", kOther},
      {"C-10205006", "محمد", "الأندلسي", "mohamed@example.org", "", "شارع الحمراء 9", "1103", "بيروت", "LB",
       "1979-11-05", "en", kOther},
      {"C-10205007", "Zoë 👩‍🎤", "D'Angelo", "zoe@example.org", "+39 06 5550123", "Via «Roma» 1", "00184", "Roma", "IT",
       "1999-06-30", "en", kOther},
      {"C-10205008", "=HYPERLINK(\"http://example.org\",\"x\")", "Formula", "formula@example.org", "=1+1",
       "@SUM(A1:A9)", "-2+3", "+Paris", "FR", "1965-05-05", "fr", kOther},
      {"C-10205009", "../../etc", "passwd", "dots@example.org", "", "C:\\Users\\Public", "75001", "Paris", "FR",
       "1993-10-10", "fr", kOther},
      {"C-10205010", "NULL", "Null", "null@example.org", "", "\\N", "0", "undefined", "DE", "1970-01-01", "de", kOther},
      {"C-10205011", "佐藤", "花子", "hanako@example.org", "+81 3 5550 1234", "千代田区丸の内1-1", "100-0005", "東京",
       "JP", "1982-04-29", "en", kOther},
      {"C-10205012", "Ángel\tTab", "Back\\slash\nNewline", "angel@example.org", "+34 91 555 01 23",
       "Calle 'Mayor' \"1\"", "28013", "Madrid", "ES", "1977-08-15", "en", kOther},
  }};
  return kPeople;
}

}  // namespace rightful::app
