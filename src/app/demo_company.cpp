#include "app/demo_company.hpp"

#include <algorithm>
#include <array>
#include <fstream>
#include <optional>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "rightful/archive/canary.hpp"
#include "rightful/core/bytes.hpp"
#include "rightful/core/clock.hpp"
#include "rightful/core/failure.hpp"

#include "app/demo_clips.hpp"
#include "app/demo_copy_table.hpp"
#include "app/demo_hostile.hpp"
#include "app/demo_people.hpp"
#include "app/demo_random.hpp"
#include "app/demo_recordings.hpp"

namespace rightful::app {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t kSmallScaleDivisor = 25;
constexpr std::size_t kLongTextBytes = 1'000'000;
constexpr std::size_t kCallsPerPair = 12;

using Words = std::span<const std::string_view>;

constexpr std::array<std::string_view, 20> kQueries = {"how long to boil an egg",
                                                       "weather tomorrow",
                                                       "gift for a colleague",
                                                       "headache that does not go",
                                                       "divorce lawyer nearby",
                                                       "flat to let two rooms",
                                                       "is my phone listening to me",
                                                       "cheap flights in March",
                                                       "how to delete my recordings",
                                                       "second hand pram",
                                                       "salary of a nurse",
                                                       "loud neighbours what to do",
                                                       "running shoes wide",
                                                       "recipe with leftover rice",
                                                       "train strike this week",
                                                       "symptoms of a cold",
                                                       "what does GDPR article 15 say",
                                                       "noise cancelling headphones",
                                                       "Öffnungszeiten Bürgeramt",
                                                       "où acheter un vélo d’occasion"};
constexpr std::array<std::string_view, 12> kUtterances = {"play something calm",
                                                          "louder",
                                                          "next",
                                                          "play it again",
                                                          "who is singing this",
                                                          "stop",
                                                          "play the shower list",
                                                          "turn it down",
                                                          "play rain sounds",
                                                          "add this to favourites",
                                                          "skip this one",
                                                          "play the news"};
constexpr std::array<std::string_view, 8> kTracks = {"Morning Tram",
                                                     "Paper Boats",
                                                     "Für niemanden",
                                                     "Zwölf Uhr mittags",
                                                     "Blue Staircase",
                                                     "Rain on Tin",
                                                     "Señales",
                                                     "Låt nr 7"};
constexpr std::array<std::string_view, 6> kArtists = {
    "The Invented Four", "Ödland", "M. Beispiel & Band", "DJ \"Quote\"", "Les Inconnus", "北の鳥"};
constexpr std::array<std::string_view, 10> kStops = {"Lindenstraße",
                                                     "Hauptbahnhof",
                                                     "Zoo",
                                                     "Gare de l’Est",
                                                     "Old Bridge",
                                                     "Flughafen",
                                                     "Universität",
                                                     "Stadion",
                                                     "Markt",
                                                     "Krankenhaus \"Nord\""};
constexpr std::array<std::string_view, 8> kProducts = {"Speaker, round",
                                                       "Speaker, flat",
                                                       "Doorbell with camera",
                                                       "Light bulb, warm",
                                                       "Book",
                                                       "Running shoes, wide",
                                                       "Rice, 5 kg",
                                                       "Headphones"};
constexpr std::array<std::string_view, 6> kAlarmLabels = {
    "wake up", "pills", "school", "tea", "bins out", "call mother"};
constexpr std::array<std::string_view, 4> kModels = {
    "Echo-less One", "Echo-less Dot", "Doorbell 2", "Kitchen Display"};
constexpr std::array<std::string_view, 5> kSeen = {
    "postman", "cat", "nobody", "neighbour with parcel", "person, unknown"};

struct Country {
  std::string_view code;
  std::string_view name;
};

constexpr std::array<Country, 8> kCountries = {{{"DE", "Germany"},
                                                {"ES", "Spain"},
                                                {"FR", "France"},
                                                {"IE", "Ireland"},
                                                {"IL", "Israel"},
                                                {"IT", "Italy"},
                                                {"JP", "Japan"},
                                                {"LB", "Lebanon"}}};

/// One person's state while the tables are written side by side, as rows of many people lie mixed
/// in a real table.
struct Holder {
  const DemoPerson* person;
  std::string mark;
  DemoVolume volume;
  DemoHoldings holdings;
  std::vector<std::string> devices;
  std::vector<std::int64_t> wallets;
};

class CompanyWriter {
 public:
  CompanyWriter(fs::path directory, const DemoCompanyPlan& plan, std::vector<Recording> recordings)
      : directory_(std::move(directory)),
        plan_(plan),
        random_(plan.seed),
        recordings_(std::move(recordings)) {
    for (const DemoPerson& person : demo_people()) {
      holders_.push_back({.person = &person,
                          .mark = demo_mark(person.account_id),
                          .volume = scaled(person.volume),
                          .holdings = {},
                          .devices = {},
                          .wallets = {}});
    }
  }

  Result<DemoCompany> write();

 private:
  [[nodiscard]] std::size_t scaled(std::size_t count) const;
  [[nodiscard]] DemoVolume scaled(DemoVolume volume) const;

  void deal_out_recordings();
  void write_countries();
  void write_products();
  void write_accounts();
  void write_devices();
  void write_recordings();
  void write_searches();
  void write_alarms();
  void write_music();
  void write_transit();
  void write_wallets();
  void write_purchases();
  void write_lines(CopyTable& lines, Holder& holder, std::int64_t purchase);
  void write_calls();
  void write_clips();

  /// Calls `row(holder, number)` for the first, second, … thing of every holder that has as many.
  template <class Row>
  void in_turns(std::size_t DemoVolume::* count, Row row);

  CopyTable open_table(std::string_view table) {
    return CopyTable(directory_ / "load" / (std::string(table) + ".tsv"));
  }

  void count(Holder& holder, std::string_view table);
  void count_file(std::uint64_t size_bytes);
  std::string some_time();
  std::string some_text(Words ordinary);

  std::string some_device(const Holder& holder) {
    return holder.devices[random_.below(holder.devices.size())];
  }

  fs::path directory_;
  DemoCompanyPlan plan_;
  DemoRandom random_;
  std::vector<Recording> recordings_;
  std::vector<Holder> holders_;
  DemoCompany company_;
  std::int64_t next_wallet_ = 1;
};

std::size_t CompanyWriter::scaled(std::size_t count) const {
  if (plan_.scale == DemoScale::Full || count == 0) return count;
  return std::max<std::size_t>(1, count / kSmallScaleDivisor);
}

DemoVolume CompanyWriter::scaled(DemoVolume volume) const {
  return {.devices = volume.devices,
          .recordings = scaled(volume.recordings),
          .searches = scaled(volume.searches),
          .music_commands = scaled(volume.music_commands),
          .transit_questions = scaled(volume.transit_questions),
          .purchases = scaled(volume.purchases),
          .alarms = scaled(volume.alarms),
          .doorbell_clips = scaled(volume.doorbell_clips)};
}

template <class Row>
void CompanyWriter::in_turns(std::size_t DemoVolume::* count, Row row) {
  std::size_t most = 0;
  for (const Holder& holder : holders_) {
    most = std::max(most, holder.volume.*count);
  }
  for (std::size_t number = 0; number < most; ++number) {
    for (Holder& holder : holders_) {
      if (number < holder.volume.*count) row(holder, number);
    }
  }
}

void CompanyWriter::count(Holder& holder, std::string_view table) {
  ++holder.holdings.rows[std::string(table)];
  ++holder.holdings.total_rows;
}

void CompanyWriter::count_file(std::uint64_t size_bytes) {
  ++company_.files;
  company_.file_bytes += size_bytes;
}

/// An instant in the two years before 20 December 2018.
std::string CompanyWriter::some_time() {
  constexpr std::size_t kTwoYears = 2UL * 365 * 24 * 3600;
  const std::chrono::sys_seconds end = std::chrono::sys_days{std::chrono::year{2018} / 12 / 20};
  return format_rfc3339(end -
                        std::chrono::seconds(static_cast<std::int64_t>(random_.below(kTwoYears))));
}

/// One text in twelve is hostile.
std::string CompanyWriter::some_text(Words ordinary) {
  if (random_.chance(8)) return std::string(random_.pick(kHostileTexts));
  return std::string(random_.pick(ordinary));
}

/// Shuffles (Fisher, Yates), gives Anna Schmidt hers and deals the rest to the others in turn.
void CompanyWriter::deal_out_recordings() {
  for (std::size_t left = recordings_.size(); left > 1; --left) {
    std::swap(recordings_[left - 1], recordings_[random_.below(left)]);
  }
  const std::size_t of_anna = holders_[kAnnaSchmidt].volume.recordings;
  const std::size_t rest = scaled(recordings_.size() - kAnnaSchmidtRecordings);
  const std::size_t others = holders_.size() - 2;
  for (std::size_t i = 0; i < others; ++i) {
    holders_[i + 2].volume.recordings = rest / others + (i < rest % others ? 1 : 0);
  }
  recordings_.resize(of_anna + rest);
}

void CompanyWriter::write_countries() {
  CopyTable table = open_table("country");
  for (const Country& country : kCountries) {
    table.text(country.code).text(country.name).end_row();
    ++company_.rows;
  }
  table.text("NO").text("Norway").end_row();
  ++company_.rows;
  table.finish();
}

void CompanyWriter::write_products() {
  CopyTable table = open_table("product");
  for (std::size_t i = 0; i < kProducts.size(); ++i) {
    table.integer(static_cast<std::int64_t>(i + 1))
        .text(kProducts[i])
        .text(fmt::format("{}.{:02}", 9 + i * 11, i * 7))
        .end_row();
    ++company_.rows;
  }
  table.finish();
}

void CompanyWriter::write_accounts() {
  CopyTable table = open_table("account");
  for (Holder& holder : holders_) {
    const DemoPerson& person = *holder.person;
    table.text(person.account_id)
        .text(person.given_name)
        .text(person.family_name)
        .text(person.email);
    if (person.phone.empty()) {
      table.null();
    } else {
      table.text(person.phone);
    }
    table.text(person.street).text(person.postcode).text(person.city).text(person.country_code);
    table.text(person.born_on).text(some_time()).text(random_.chance(50) ? "t" : "f");
    table.text(long_text(plan_.scale == DemoScale::Full ? 20'000 : 2'000, holder.mark))
        .text(holder.mark)
        .end_row();
    count(holder, "account");
  }
  table.finish();
}

void CompanyWriter::write_devices() {
  CopyTable table = open_table("device");
  in_turns(&DemoVolume::devices, [&](Holder& holder, std::size_t number) {
    const std::string id = fmt::format("{:08x}-{:04x}-4{:03x}-a{:03x}-{:012x}",
                                       random_.below(1ULL << 32U),
                                       random_.below(1U << 16U),
                                       random_.below(1U << 12U),
                                       random_.below(1U << 12U),
                                       random_.below(1ULL << 48U));
    holder.devices.push_back(id);
    table.text(id).text(holder.person->account_id).text(random_.pick(kModels));
    table.text(fmt::format("SN-{}-{}", holder.person->account_id, number + 1));
    table.text(number == 0 ? "kitchen" : random_.pick(kHostileTexts));
    table.text_or_null(random_.chance(70) ? std::optional<std::string_view>("home-wifi \"5G\"")
                                          : std::nullopt);
    table.text(some_time());
    if (random_.chance(20)) {
      table.text(some_time());
    } else {
      table.null();
    }
    table.text(holder.mark).end_row();
    count(holder, "device");
  });
  table.finish();
}

void CompanyWriter::write_recordings() {
  CopyTable table = open_table("voice_recording");
  std::size_t next = 0;
  in_turns(&DemoVolume::recordings, [&](Holder& holder, std::size_t number) {
    const Recording& recording = recordings_[next++];
    const fs::path below = fs::path(holder.person->account_id) /
                           std::string_view(recording.locale).substr(0, 2) /
                           fmt::format("{:05}-{}", number + 1, recording.file.filename().string());
    const fs::path target = directory_ / "voice" / below;
    fs::create_directories(target.parent_path());
    copy_recording(recording, target);
    table.integer(static_cast<std::int64_t>(next))
        .text(holder.person->account_id)
        .text(some_device(holder));
    table.text(some_time())
        .text(recording.locale)
        .integer(static_cast<std::int64_t>(recording.size_bytes));
    table.text(random_.chance(5) ? std::string(random_.pick(kHostileTexts)) : recording.transcript);
    table.text(random_.chance(4) ? "t" : "f").text(below.string()).text(holder.mark).end_row();
    count(holder, "voice_recording");
    ++holder.holdings.recordings;
    holder.holdings.recording_bytes += recording.size_bytes;
    count_file(recording.size_bytes);
  });
  table.finish();
}

void CompanyWriter::write_searches() {
  CopyTable table = open_table("search");
  std::int64_t id = 0;
  in_turns(&DemoVolume::searches, [&](Holder& holder, std::size_t number) {
    table.integer(++id).text(holder.person->account_id).text(some_time());
    table.text(number == 3 ? long_text(kLongTextBytes, holder.mark) : some_text(kQueries));
    table.integer(static_cast<std::int64_t>(random_.below(100'000)));
    if (random_.chance(40)) {
      table.text(fmt::format("52.{:06}", random_.below(1'000'000)))
          .text(fmt::format("13.{:06}", random_.below(1'000'000)));
    } else {
      table.null().null();
    }
    if (random_.chance(60)) {
      table.text(fmt::format("https://shop.example.org/page/{}", random_.below(9'000)));
    } else {
      table.null();
    }
    table.text(holder.mark).end_row();
    count(holder, "search");
  });
  table.finish();
}

void CompanyWriter::write_alarms() {
  CopyTable table = open_table("alarm");
  std::int64_t id = 0;
  in_turns(&DemoVolume::alarms, [&](Holder& holder, std::size_t) {
    table.integer(++id).text(some_device(holder));
    if (random_.chance(80)) {
      table.text(some_text(kAlarmLabels));
    } else {
      table.null();
    }
    table.text(fmt::format("{:02}:{:02}:00", random_.below(24), random_.below(60)));
    table.text_or_null(random_.chance(70) ? std::optional<std::string_view>("Mon,Tue,Wed,Thu,Fri")
                                          : std::nullopt);
    table.text(random_.chance(60) ? "t" : "f").text(some_time()).text(holder.mark).end_row();
    count(holder, "alarm");
  });
  table.finish();
}

void CompanyWriter::write_music() {
  CopyTable table = open_table("music_command");
  std::int64_t id = 0;
  in_turns(&DemoVolume::music_commands, [&](Holder& holder, std::size_t) {
    table.integer(++id)
        .text(holder.person->account_id)
        .text(some_time())
        .text(some_text(kUtterances));
    if (random_.chance(75)) {
      table.text(random_.pick(kTracks)).text(random_.pick(kArtists));
      table.integer(static_cast<std::int64_t>(random_.below(400)));
    } else {
      table.null().null().null();
    }
    table.text(holder.mark).end_row();
    count(holder, "music_command");
  });
  table.finish();
}

void CompanyWriter::write_transit() {
  CopyTable table = open_table("transit_question");
  std::int64_t id = 0;
  in_turns(&DemoVolume::transit_questions, [&](Holder& holder, std::size_t) {
    const std::string asked_at = some_time();
    table.integer(++id).text(holder.person->account_id).text(asked_at);
    table.text(random_.pick(kStops)).text(some_text(kStops));
    if (random_.chance(80)) {
      table.text(asked_at.substr(0, 10))
          .text(fmt::format("Bus {} in {} minutes", random_.below(300), random_.below(20)));
    } else {
      table.null().null();
    }
    table.text(holder.mark).end_row();
    count(holder, "transit_question");
  });
  table.finish();
}

void CompanyWriter::write_wallets() {
  CopyTable table = open_table("wallet");
  for (Holder& holder : holders_) {
    for (const std::string_view kind : {"card", "direct debit"}) {
      holder.wallets.push_back(next_wallet_);
      table.integer(next_wallet_++).text(holder.person->account_id).text(kind);
      if (kind == "card") {
        table.text(fmt::format("{:04}", random_.below(10'000)));
      } else {
        table.null();
      }
      table.text(some_time().substr(0, 10)).text(holder.mark).end_row();
      count(holder, "wallet");
    }
  }
  table.finish();
}

void CompanyWriter::write_purchases() {
  CopyTable purchases = open_table("purchase");
  CopyTable lines = open_table("purchase_line");
  std::int64_t id = 0;
  in_turns(&DemoVolume::purchases, [&](Holder& holder, std::size_t number) {
    const DemoPerson& person = *holder.person;
    purchases.integer(++id)
        .integer(holder.wallets[random_.below(holder.wallets.size())])
        .text(some_time());
    purchases.text(fmt::format("{}.{:02}", random_.below(400), random_.below(100))).text("EUR");
    purchases.text(fmt::format("{}\n{} {}", person.street, person.postcode, person.city));
    if (number == 1) {
      purchases.text(long_text(kLongTextBytes, holder.mark));
    } else if (random_.chance(30)) {
      purchases.text(random_.pick(kHostileTexts));
    } else {
      purchases.null();
    }
    purchases.text(holder.mark).end_row();
    count(holder, "purchase");
    write_lines(lines, holder, id);
  });
  purchases.finish();
  lines.finish();
}

void CompanyWriter::write_lines(CopyTable& lines, Holder& holder, std::int64_t purchase) {
  const auto last = static_cast<std::int64_t>(1 + random_.below(5));
  for (std::int64_t line = 1; line <= last; ++line) {
    lines.integer(purchase).integer(line).integer(
        static_cast<std::int64_t>(1 + random_.below(kProducts.size())));
    lines.integer(static_cast<std::int64_t>(1 + random_.below(9)));
    lines.text(fmt::format("{}.{:02}", random_.below(99), random_.below(100)));
    if (random_.chance(10)) {
      lines.text(random_.pick(kHostileTexts));
    } else {
      lines.null();
    }
    lines.text(holder.mark).end_row();
    count(holder, "purchase_line");
  }
}

/// Everybody calls the next account in the list; the two Annas therefore share calls with each
/// other.
void CompanyWriter::write_calls() {
  CopyTable table = open_table("support_call");
  std::int64_t id = 0;
  for (std::size_t round = 0; round < scaled(kCallsPerPair); ++round) {
    for (std::size_t i = 0; i < holders_.size(); ++i) {
      Holder& caller = holders_[i];
      Holder& callee = holders_[(i + 1) % holders_.size()];
      table.integer(++id)
          .text(caller.person->account_id)
          .text(callee.person->account_id)
          .text(some_time());
      table.integer(static_cast<std::int64_t>(1 + random_.below(50))).text(some_text(kQueries));
      table.text_or_null(caller.person->phone.empty() ? std::nullopt
                                                      : std::optional(caller.person->phone));
      table.text_or_null(callee.person->phone.empty() ? std::nullopt
                                                      : std::optional(callee.person->phone));
      table.text(caller.mark).text(callee.mark).end_row();
      count(caller, "support_call");
      count(callee, "support_call");
      --company_.rows;  // one row, counted for two people
    }
  }
  table.finish();
}

void CompanyWriter::write_clips() {
  CopyTable table = open_table("doorbell_clip");
  std::uint32_t id = 0;
  in_turns(&DemoVolume::doorbell_clips, [&](Holder& holder, std::size_t number) {
    const fs::path below =
        fs::path(holder.person->account_id) / fmt::format("clip-{:04}.gif", number + 1);
    const fs::path target = directory_ / "doorbell" / below;
    fs::create_directories(target.parent_path());
    const Bytes clip = make_clip(++id, holder.mark);
    std::ofstream file(target, std::ios::binary);
    file << as_text(clip);
    file.close();
    if (file.fail()) throw Failure(Retry::Later, "demo_write", "cannot write " + target.string());
    table.integer(id).text(some_device(holder)).text(some_time());
    table.text_or_null(random_.chance(80) ? std::optional(random_.pick(kSeen)) : std::nullopt);
    table.text(below.string()).text(holder.mark).end_row();
    count(holder, "doorbell_clip");
    ++holder.holdings.clips;
    count_file(clip.size());
  });
  table.finish();
}

Result<DemoCompany> CompanyWriter::write() {
  if (recordings_.size() < kAnnaSchmidtRecordings + demo_people().size()) {
    return fail(ErrorCode::Conflict,
                fmt::format("only {} recordings in {}; the demo needs the 2,255 of "
                            "asterisk-core-sounds-{{en,fr,es,it}}-wav",
                            recordings_.size(),
                            plan_.sounds.string()));
  }
  for (const char* folder : {"voice", "doorbell", "load"}) {
    fs::create_directory(directory_ / folder);
  }
  deal_out_recordings();
  using Step = std::pair<std::string_view, void (CompanyWriter::*)()>;
  static constexpr std::array<Step, 13> kSteps = {
      {{"countries", &CompanyWriter::write_countries},
       {"products", &CompanyWriter::write_products},
       {"accounts", &CompanyWriter::write_accounts},
       {"devices", &CompanyWriter::write_devices},
       {"recordings", &CompanyWriter::write_recordings},
       {"searches", &CompanyWriter::write_searches},
       {"alarms", &CompanyWriter::write_alarms},
       {"music", &CompanyWriter::write_music},
       {"journeys", &CompanyWriter::write_transit},
       {"wallets", &CompanyWriter::write_wallets},
       {"purchases", &CompanyWriter::write_purchases},
       {"calls", &CompanyWriter::write_calls},
       {"doorbell pictures", &CompanyWriter::write_clips}}};
  for (std::size_t i = 0; i < kSteps.size(); ++i) {
    if (plan_.progress) plan_.progress(static_cast<double>(i) / kSteps.size(), kSteps[i].first);
    (this->*kSteps[i].second)();
  }
  for (Holder& holder : holders_) {
    company_.rows += holder.holdings.total_rows;
    company_.holdings.emplace(holder.person->account_id, std::move(holder.holdings));
  }
  company_.holdings.emplace(kNobodyAccount, DemoHoldings{});
  return std::move(company_);
}

}  // namespace

std::string demo_mark(std::string_view account_id) {
  return archive::canary_token(AccountId::parse(account_id).value());
}

Result<DemoCompany> make_demo_company(const fs::path& directory, const DemoCompanyPlan& plan) {
  RIGHTFUL_TRY(auto recordings, find_recordings(plan.sounds));
  return CompanyWriter(directory, plan, std::move(recordings)).write();
}

}  // namespace rightful::app
