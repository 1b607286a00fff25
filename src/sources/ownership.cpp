#include "sources/ownership.hpp"

#include <algorithm>
#include <optional>
#include <set>

#include <fmt/format.h>

#include "sources/dataset_plan.hpp"
#include "sources/name_sense.hpp"

namespace rightful::sources {
namespace {

using catalog::KeyStep;
using catalog::OwnerPath;
using catalog::TableName;

constexpr std::size_t kMaxWays = 8;
constexpr std::size_t kMaxLinks = 15;  // an owner path has at most 16

/// A key, or what only names suggest.
struct Link {
  const TableFacts* table = nullptr;
  std::vector<std::string> columns;
  const TableFacts* target = nullptr;
  std::vector<std::string> target_columns;
  bool is_guess = false;

  [[nodiscard]] bool is_plain() const {
    for (std::size_t i = 0; i < columns.size(); ++i) {
      const bool is_shared_key = columns[i] == target_columns[i] && columns[i] != "id";
      if (!is_shared_key && !is_named_after(columns[i], target->name.table, target_columns[i]) &&
          !is_own_key()) {
        return false;
      }
    }
    return true;
  }

  /// The table's own key is the target's: a row adds to one row there.
  [[nodiscard]] bool is_own_key() const { return table->is_unique_by(columns) && is_primary(); }

  [[nodiscard]] bool is_nullable() const {
    return std::ranges::any_of(columns, [&](const std::string& name) {
      const ColumnFacts* column = table->find_column(name);
      return column == nullptr || column->is_nullable;
    });
  }

 private:
  [[nodiscard]] bool is_primary() const {
    return std::ranges::any_of(table->indexes, [&](const IndexFacts& index) {
      return index.is_primary && index.columns == columns;
    });
  }
};

/// Control characters cannot be written in a catalog.
bool can_be_written(std::string_view name) {
  return !name.empty() && std::ranges::none_of(name, [](char c) {
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
  });
}

bool passes(const OwnerPath& path, const TableName& table) {
  return std::ranges::any_of(path.steps, [&](const KeyStep& step) { return step.table == table; });
}

std::string list_of(const std::vector<std::string>& names) {
  return fmt::format("{}", fmt::join(names, ", "));
}

class OwnerFinder {
 public:
  OwnerFinder(const SchemaSurvey& survey, const AccountColumn& account)
      : survey_(survey), account_(account) {}

  std::map<TableName, TableStanding> find() {
    collect_links();
    TableStanding accounts;
    accounts.standing = Standing::Owned;
    accounts.ways = {{{{}, account_.column}, true, true, false, false, false}};
    accounts.reason = "the accounts themselves";
    decide(account_.table, std::move(accounts), 0);
    follow_all();
    guess_by_name();
    follow_all();
    for (std::size_t before = 0; before != standings_.size();) {
      before = standings_.size();
      look_at_targets();
      follow_all();
    }
    sort_the_rest();
    return std::move(standings_);
  }

 private:
  /// Keys and inheritance, until nothing new is reached.
  void follow_all() {
    for (std::size_t before = 0; before != standings_.size();) {
      before = standings_.size();
      follow_keys();
      follow_inheritance();
    }
  }

  void collect_links() {
    for (const ForeignKey& key : survey_.keys) {
      const TableFacts* table = survey_.facts.find(key.table);
      const TableFacts* target = survey_.facts.find(key.target);
      const bool is_usable = table != nullptr && target != nullptr &&
                             std::ranges::all_of(key.columns, can_be_written) &&
                             std::ranges::all_of(key.target_columns, can_be_written) &&
                             can_be_written(key.target.table) && can_be_written(key.target.schema);
      if (is_usable && fits(*table, key.columns, *target, key.target_columns)) {
        links_.push_back({table, key.columns, target, key.target_columns, false});
      }
    }
  }

  static bool fits(const TableFacts& table,
                   const std::vector<std::string>& columns,
                   const TableFacts& target,
                   const std::vector<std::string>& target_columns) {
    for (std::size_t i = 0; i < columns.size(); ++i) {
      const ColumnFacts* a = table.find_column(columns[i]);
      const ColumnFacts* b = target.find_column(target_columns[i]);
      if (a == nullptr || b == nullptr || !are_comparable(*a, *b)) return false;
    }
    return true;
  }

  void decide(const TableName& table, TableStanding standing, std::size_t distance) {
    distance_[table] = distance;
    standings_[table] = std::move(standing);
  }

  [[nodiscard]] bool is_reached(const TableName& table) const {
    const auto found = standings_.find(table);
    return found != standings_.end() && (found->second.standing == Standing::Owned ||
                                         found->second.standing == Standing::Undecided);
  }

  /// From the accounts outwards, one link at a time: every table with a key to a table that is
  /// reached is reached too.
  void follow_keys() {
    for (std::size_t distance = 1; distance <= survey_.facts.tables.size() + 1; ++distance) {
      std::set<TableName> next;
      for (const Link& link : links_) {
        if (standings_.contains(link.table->name) || !is_reached(link.target->name)) continue;
        next.insert(link.table->name);
      }
      if (next.empty()) return;
      for (const TableName& table : next) {
        decide_by_ways(table, ways_of(table), distance);
      }
    }
  }

  [[nodiscard]] std::vector<OwnerWay> ways_of(const TableName& table) const {
    std::vector<OwnerWay> ways;
    for (const Link& link : links_) {
      if (link.table->name != table || link.target->name == table) continue;
      for (const OwnerWay& rest : ways_behind(link.target->name, table)) {
        add_way(ways, join(link, rest));
      }
    }
    return ways;
  }

  static void add_way(std::vector<OwnerWay>& ways, OwnerWay way) {
    if (way.path.steps.size() > kMaxLinks || ways.size() >= kMaxWays) return;
    const auto same =
        std::ranges::find_if(ways, [&](const OwnerWay& known) { return known.path == way.path; });
    if (same == ways.end()) {
      ways.push_back(std::move(way));
    } else {
      same->is_plain = same->is_plain || way.is_plain;
      same->is_guess = same->is_guess && way.is_guess;
    }
  }

  /// The ways of a table that do not come back over `origin`. A table that is decided later than
  /// `origin` counts too: what it would lead to is another meaning of the row.
  [[nodiscard]] std::vector<OwnerWay> ways_behind(const TableName& table,
                                                  const TableName& origin) const {
    const auto known = standings_.find(table);
    if (known != standings_.end()) {
      std::vector<OwnerWay> ways;
      const TableStanding& standing = known->second;
      if (standing.standing == Standing::Owned) {
        ways.push_back(standing.ways.front());
      } else if (standing.standing == Standing::Undecided) {
        ways = standing.ways;
      }
      std::erase_if(ways, [&](const OwnerWay& way) { return passes(way.path, origin); });
      return ways;
    }
    std::set<TableName> visited{origin};
    if (auto way = shortest(table, visited)) return {*std::move(way)};
    return {};
  }

  /// Breadth first over keys, none of `visited`.
  [[nodiscard]] std::optional<OwnerWay> shortest(const TableName& table,
                                                 std::set<TableName> visited) const {
    std::vector<std::pair<TableName, std::vector<const Link*>>> front{{table, {}}};
    visited.insert(table);
    while (!front.empty()) {
      std::vector<std::pair<TableName, std::vector<const Link*>>> next;
      for (const auto& [reached, links] : front) {
        for (const Link& link : links_) {
          if (link.table->name != reached) continue;
          std::vector<const Link*> longer = links;
          longer.push_back(&link);
          if (link.target->name == account_.table) return along(longer);
          if (visited.insert(link.target->name).second) {
            next.emplace_back(link.target->name, std::move(longer));
          }
        }
      }
      front = std::move(next);
    }
    return std::nullopt;
  }

  [[nodiscard]] OwnerWay along(const std::vector<const Link*>& links) const {
    OwnerWay way{{{}, account_.column}, true, true, false, false, false};
    for (auto link = links.rbegin(); link != links.rend(); ++link) {
      way = join(**link, way);
    }
    return way;
  }

  [[nodiscard]] OwnerWay join(const Link& link, const OwnerWay& rest) const {
    OwnerWay way = rest;
    way.is_direct = link.target->name == account_.table && rest.path.is_direct() &&
                    rest.path.column == account_.column;
    way.is_plain = rest.is_plain && (link.is_plain() || (way.is_direct && is_owner_key(link)));
    way.is_guess = rest.is_guess || link.is_guess;
    way.is_nullable = rest.is_nullable || link.is_nullable();
    // A key that points at the column in which the account's ID stands holds the ID itself.
    if (rest.path.is_direct()) {
      const auto at = std::ranges::find(link.target_columns, rest.path.column);
      const bool is_whole = link.columns.size() == 1 || !link.is_nullable();
      if (at != link.target_columns.end() && is_whole) {
        const auto place = static_cast<std::size_t>(at - link.target_columns.begin());
        way.path = {{}, link.columns[place]};
        return way;
      }
    }
    // What the key equals is what the next link goes on from: one link says both.
    if (!rest.path.is_direct() && rest.path.steps.front().from == link.target_columns) {
      way.path.steps.front().from = link.columns;
      return way;
    }
    way.path.steps.insert(way.path.steps.begin(),
                          {link.columns, link.target->name, link.target_columns});
    return way;
  }

  [[nodiscard]] static bool is_owner_key(const Link& link) {
    return link.columns.size() == 1 && is_owner_word(link.columns.front());
  }

  void decide_by_ways(const TableName& table, std::vector<OwnerWay> ways, std::size_t distance) {
    TableStanding standing;
    standing.ways = std::move(ways);
    const std::size_t chosen = choose(standing.ways);
    if (chosen < standing.ways.size()) {
      standing.standing = Standing::Owned;
      std::rotate(standing.ways.begin(),
                  standing.ways.begin() + static_cast<std::ptrdiff_t>(chosen),
                  standing.ways.begin() + static_cast<std::ptrdiff_t>(chosen) + 1);
      if (standing.ways.size() > 1) {
        standing.reason = "the row itself names its account; other keys lead to accounts too";
      }
    } else {
      standing.standing = Standing::Undecided;
      standing.reason = why_undecided(standing.ways);
    }
    decide(table, std::move(standing), distance);
  }

  /// The one way that can be taken without asking; the number of ways if there is none. A wrong
  /// owner is a foreign row in somebody's package.
  [[nodiscard]] static std::size_t choose(const std::vector<OwnerWay>& ways) {
    if (ways.size() == 1) {
      const OwnerWay& only = ways.front();
      return only.is_plain && !only.is_guess && !only.is_reverse ? 0 : 1;
    }
    std::size_t chosen = ways.size();
    std::size_t direct = 0;
    for (std::size_t i = 0; i < ways.size(); ++i) {
      if (!ways[i].is_direct) continue;
      ++direct;
      const bool is_sure = ways[i].is_plain && !ways[i].is_guess && !ways[i].is_nullable;
      if (is_sure) chosen = i;
    }
    return direct == 1 ? chosen : ways.size();
  }

  [[nodiscard]] static std::string why_undecided(const std::vector<OwnerWay>& ways) {
    if (ways.empty()) return "every way to an account comes back over this table";
    if (ways.size() > 1) return "several ways lead to accounts, each with another meaning";
    const OwnerWay& only = ways.front();
    if (only.is_guess) return "no key says so all the way: a column is only named and typed as one";
    if (only.is_reverse) return "they belong to rows of which a person must decide first";
    return "the key is named after a role, not after what it points at";
  }

  /// The keys of a table do not hold for its children, but its columns mean the same there.
  void follow_inheritance() {
    bool is_again = true;
    while (is_again) {
      is_again = false;
      for (const auto& [name, table] : survey_.facts.tables) {
        if (standings_.contains(name) || table.is_partition) continue;
        for (const TableName& parent : survey_.notes_of(name).inherits) {
          if (!is_reached(parent)) continue;
          inherit(table, parent);
          is_again = true;
          break;
        }
      }
    }
  }

  void inherit(const TableFacts& table, const TableName& parent) {
    TableStanding standing = standings_.at(parent);
    const TableFacts& from = *survey_.facts.find(parent);
    const bool has_own = std::ranges::any_of(table.columns, [&](const ColumnFacts& column) {
      return from.find_column(column.name) == nullptr;
    });
    if (has_own) {
      standing.reason = fmt::format(
          "inherits from {}, which delivers these rows too, without the columns of their own",
          to_string(parent));
    } else {
      standing.standing = Standing::Shared;
      standing.are_rows_delivered = true;
      standing.reason =
          fmt::format("inherits all columns of {}, which delivers its rows", to_string(parent));
      standing.ways.clear();
    }
    decide(table.name, std::move(standing), distance_[parent]);
  }

  /// `customer_id` without a key: a way for a person to confirm.
  void guess_by_name() {
    std::vector<Link> guesses;
    for (const auto& [name, table] : survey_.facts.tables) {
      if (standings_.contains(name) || is_left_out(table)) continue;
      for (const ColumnFacts& column : table.columns) {
        add_guesses(table, column, guesses);
      }
    }
    std::ranges::move(guesses, std::back_inserter(links_));
  }

  void add_guesses(const TableFacts& table,
                   const ColumnFacts& column,
                   std::vector<Link>& guesses) const {
    if (!can_be_written(column.name)) return;
    for (const auto& [name, standing] : standings_) {
      if (standing.standing != Standing::Owned && standing.standing != Standing::Undecided)
        continue;
      const TableFacts& target = *survey_.facts.find(name);
      for (const std::string& key : keys_of(target)) {
        const ColumnFacts* to = target.find_column(key);
        const bool is_named = is_named_after(column.name, name.table, key) ||
                              (name == account_.table && is_owner_word(column.name));
        if (to != nullptr && is_named && are_comparable(column, *to)) {
          guesses.push_back({&table, {column.name}, &target, {key}, true});
        }
      }
    }
  }

  /// The columns by one of which rows of the table are pointed at.
  [[nodiscard]] std::vector<std::string> keys_of(const TableFacts& table) const {
    std::vector<std::string> keys;
    if (table.name == account_.table) keys.push_back(account_.column);
    const std::vector<std::string> identity = table.row_identity();
    if (identity.size() == 1 && (keys.empty() || identity.front() != keys.front())) {
      keys.push_back(identity.front());
    }
    return keys;
  }

  [[nodiscard]] static bool is_left_out(const TableFacts& table) {
    return table.is_partition || table.kind == 'v' || table.kind == 'm';
  }

  /// What the rows of accounts point at: shared by many as a rule, a person's own now and then.
  void look_at_targets() {
    bool is_again = true;
    while (is_again) {
      is_again = false;
      for (const Link& link : links_) {
        const TableName& target = link.target->name;
        if (standings_.contains(target) || link.is_guess || link.target->is_partition ||
            !is_reached(link.table->name)) {
          continue;
        }
        look_at_target(target);
        is_again = true;
      }
    }
  }

  void look_at_target(const TableName& name) {
    const TableFacts& target = *survey_.facts.find(name);
    TableStanding standing;
    std::vector<std::string> pointing;
    bool is_role_only = true;
    bool is_linked_by_members = true;
    for (const Link& link : links_) {
      if (link.target->name != name || link.is_guess || !is_reached(link.table->name)) continue;
      pointing.push_back(fmt::format("{}.{}", to_string(link.table->name), list_of(link.columns)));
      is_linked_by_members = is_linked_by_members && is_pure_link(*link.table);
      is_role_only = is_role_only && plays_a_role(link);
      add_reverse_ways(link, standing.ways);
    }
    const std::string where = fmt::format("{}", fmt::join(pointing, " and "));
    if (is_about_people(target) && is_role_only) {
      standing.standing = Standing::Shared;
      standing.reason = fmt::format(
          "people who are no accounts, pointed at by {}: what is said of them there is third-party "
          "data",
          where);
      standing.ways.clear();
    } else if (looks_personal(target) || is_linked_by_members) {
      standing.standing = Standing::Undecided;
      standing.reason =
          fmt::format("they are pointed at by {}{}",
                      where,
                      looks_personal(target) ? ", and their columns look like data about people"
                                             : ", which links many to many");
    } else {
      standing.standing = Standing::Shared;
      standing.reason = fmt::format("shared by many: pointed at by {}", where);
      standing.ways.clear();
    }
    decide(name, std::move(standing), 0);
  }

  /// An account's own person would be pointed at by the account, or by one row alone.
  [[nodiscard]] bool plays_a_role(const Link& link) const {
    return !link.table->is_unique_by(link.columns) &&
           (!link.is_plain() || link.table->name != account_.table);
  }

  /// Only keys to two other tables, and when it was made: friend and friend, member and group.
  [[nodiscard]] bool is_pure_link(const TableFacts& table) const {
    std::set<std::string> linked;
    std::set<TableName> targets;
    for (const Link& link : links_) {
      if (link.table != &table || link.is_guess) continue;
      linked.insert(link.columns.begin(), link.columns.end());
      targets.insert(link.target->name);
    }
    if (targets.size() != 2) return false;
    return std::ranges::all_of(table.columns, [&](const ColumnFacts& column) {
      const bool is_time = column.kind == ValueKind::Instant ||
                           column.kind == ValueKind::DateTime || column.kind == ValueKind::Date;
      return linked.contains(column.name) || is_time || column.name == "id";
    });
  }

  void add_reverse_ways(const Link& link, std::vector<OwnerWay>& ways) const {
    for (const OwnerWay& rest : ways_behind(link.table->name, link.target->name)) {
      OwnerWay way = rest;
      way.is_direct = false;
      way.is_reverse = true;
      way.path.steps.insert(way.path.steps.begin(),
                            {link.target_columns, link.table->name, link.columns});
      add_way(ways, std::move(way));
    }
  }

  void sort_the_rest() {
    const std::set<TableName> linked = near_to_shared();
    for (const auto& [name, table] : survey_.facts.tables) {
      if (standings_.contains(name) || table.is_partition || table.kind == 'v') continue;
      TableStanding standing;
      if (table.kind == 'm' && !survey_.notes_of(name).reads.empty()) {
        standing = of_materialised_view(name);
      } else if (looks_personal(table)) {
        standing.standing = Standing::Undecided;
        standing.reason =
            "no key leads from it to an account, and its columns look like data about people";
      } else if (linked.contains(name)) {
        standing.standing = Standing::Shared;
        standing.reason = "no key leads from it to an account; it belongs to shared tables";
      } else {
        standing.reason =
            "nothing leads to or from it: no key, and no column named like an account";
      }
      decide(name, std::move(standing), 0);
    }
  }

  [[nodiscard]] TableStanding of_materialised_view(const TableName& name) const {
    TableStanding standing;
    const std::vector<TableName>& reads = survey_.notes_of(name).reads;
    std::string bases;
    for (const TableName& base : reads) {
      bases += (bases.empty() ? "" : ", ") + to_string(base);
    }
    standing.standing = Standing::Shared;
    standing.are_rows_delivered = true;
    standing.reason =
        fmt::format("a stored copy of what {} hold; it is exported from there", bases);
    return standing;
  }

  /// Every table that hangs together with a shared one by keys, whatever their direction.
  [[nodiscard]] std::set<TableName> near_to_shared() const {
    std::set<TableName> near;
    for (const auto& [name, standing] : standings_) {
      if (standing.standing == Standing::Shared) near.insert(name);
    }
    bool is_again = true;
    while (is_again) {
      is_again = false;
      for (const Link& link : links_) {
        if (link.is_guess) continue;
        const TableName& a = link.table->name;
        const TableName& b = link.target->name;
        const bool joins_a = near.contains(b) && !standings_.contains(a) && near.insert(a).second;
        const bool joins_b = near.contains(a) && !standings_.contains(b) && near.insert(b).second;
        is_again = is_again || joins_a || joins_b;
      }
    }
    return near;
  }

  const SchemaSurvey& survey_;
  const AccountColumn& account_;
  std::vector<Link> links_;
  std::map<TableName, TableStanding> standings_;
  std::map<TableName, std::size_t> distance_;
};

}  // namespace

std::map<TableName, TableStanding> find_owners(const SchemaSurvey& survey,
                                               const AccountColumn& account) {
  return OwnerFinder(survey, account).find();
}

bool points_at_people(const SchemaSurvey& survey,
                      const std::map<TableName, TableStanding>& standings,
                      const AccountColumn& account,
                      const TableName& table,
                      const std::string& column) {
  return std::ranges::any_of(survey.keys, [&](const ForeignKey& key) {
    if (key.table != table || std::ranges::find(key.columns, column) == key.columns.end()) {
      return false;
    }
    // An account that points at another one.
    if (key.target == account.table) return table == account.table;
    const auto standing = standings.find(key.target);
    const TableFacts* target = survey.facts.find(key.target);
    return standing != standings.end() && target != nullptr && is_about_people(*target) &&
           standing->second.standing == Standing::Shared;
  });
}

}  // namespace rightful::sources
