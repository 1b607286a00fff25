#include "bench/bar_chart.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include <fmt/format.h>

namespace rightful::bench {
namespace {

using nlohmann::ordered_json;

constexpr double kWidth = 760;
constexpr double kLabelWidth = 210;
constexpr double kBarMost = 410;
constexpr double kRowHeight = 24;
constexpr double kBarHeight = 14;
constexpr double kTitleHeight = 44;
constexpr double kMargin = 16;

// The colours that a reader's theme chooses between; both pass WCAG AA for text on the background.
constexpr std::string_view kStyle = R"(  <style>
    svg { --paper: #ffffff; --ink: #1f2328; --soft: #59636e; --ours: #0a6c4f; --peer: #8c959f; --part: #0b5cad; }
    @media (prefers-color-scheme: dark) {
      svg { --paper: #0d1117; --ink: #f0f6fc; --soft: #9198a1; --ours: #3fb68b; --peer: #6e7681; --part: #58a6ff; }
    }
    text { font: 13px system-ui, sans-serif; fill: var(--ink); }
    .head { font-weight: 600; }
    .soft { fill: var(--soft); font-size: 12px; }
    .ours { fill: var(--ours); } .peer { fill: var(--peer); } .part { fill: var(--part); }
  </style>
)";

std::string escaped(std::string_view text) {
  std::string out;
  for (const char letter : text) {
    switch (letter) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      default:
        out += letter;
    }
  }
  return out;
}

double height_of(const BarBlock& block) {
  return kTitleHeight + static_cast<double>(block.bars.size()) * kRowHeight;
}

std::string draw_bar(const Bar& bar, double top, double most) {
  const double width = most > 0 ? std::max(1.0, bar.value / most * kBarMost) : 1.0;
  const double text_at = top + kBarHeight - 2;
  return fmt::format(
      "  <text x=\"{0:.0f}\" y=\"{1:.0f}\" text-anchor=\"end\">{2}</text>\n"
      "  <rect class=\"{3}\" x=\"{4:.0f}\" y=\"{5:.0f}\" width=\"{6:.1f}\" height=\"{7:.0f}\" "
      "rx=\"2\"/>\n"
      "  <text class=\"soft\" x=\"{8:.1f}\" y=\"{1:.0f}\">{9}</text>\n",
      kLabelWidth,
      text_at,
      escaped(bar.label),
      bar.kind,
      kLabelWidth + 10,
      top,
      width,
      kBarHeight,
      kLabelWidth + 18 + width,
      escaped(bar.shown));
}

std::string draw_block(const BarBlock& block, double top) {
  double most = 0;
  for (const Bar& bar : block.bars)
    most = std::max(most, bar.value);
  std::string svg = fmt::format("  <text class=\"head\" x=\"{:.0f}\" y=\"{:.0f}\">{}</text>\n",
                                kMargin,
                                top + 24,
                                escaped(block.title));
  double row = top + kTitleHeight - 8;
  for (const Bar& bar : block.bars) {
    svg += draw_bar(bar, row, most);
    row += kRowHeight;
  }
  return svg;
}

/// For whoever hears the picture instead of seeing it: every figure in a sentence.
std::string description(const std::vector<BarBlock>& blocks) {
  std::string text;
  for (const BarBlock& block : blocks) {
    text += block.title + ": ";
    for (const Bar& bar : block.bars)
      text += bar.label + " " + bar.shown + (&bar == &block.bars.back() ? ". " : ", ");
  }
  return text;
}

const char* kind_of(const std::string& contender) {
  const bool is_ours = contender.starts_with("rightful") || contender == "end to end";
  return is_ours ? "ours" : "peer";
}

}  // namespace

BarBlock contenders_block(std::string title, const ordered_json& part) {
  BarBlock block{.title = std::move(title), .bars = {}};
  for (const ordered_json& row : part.at("contenders")) {
    const auto name = row.at("contender").get<std::string>();
    const double wall = row.at("wall_s").get<double>();
    block.bars.push_back(
        {.label = name,
         .value = wall,
         .shown =
             block.bars.empty()
                 ? fmt::format("{:.2f} s", wall)
                 : fmt::format("{:.2f} s  (× {:.1f})", wall, row.at("wall_vs_ours").get<double>()),
         .kind = kind_of(name)});
  }
  return block;
}

std::string draw_bars(std::string_view title, const std::vector<BarBlock>& blocks) {
  double height = 2 * kMargin + kRowHeight;
  for (const BarBlock& block : blocks)
    height += height_of(block);
  std::string svg = fmt::format(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {0:.0f} {1:.0f}\" width=\"{0:.0f}\" "
      "height=\"{1:.0f}\" role=\"img\" aria-labelledby=\"title description\">\n"
      "  <title id=\"title\">{3}</title>\n"
      "  <desc id=\"description\">{2}</desc>\n",
      kWidth,
      height,
      escaped(description(blocks)),
      escaped(title));
  svg += kStyle;
  svg += "  <rect width=\"100%\" height=\"100%\" style=\"fill: var(--paper)\"/>\n";
  double top = kMargin / 2;
  for (const BarBlock& block : blocks) {
    svg += draw_block(block, top);
    top += height_of(block);
  }
  svg += fmt::format(
      "  <text class=\"soft\" x=\"{:.0f}\" y=\"{:.0f}\">Shorter is faster. × n: n times as long as "
      "the first bar of the group. Green: Rightful.</text>\n",
      kMargin,
      top + kRowHeight);
  return svg + "</svg>\n";
}

}  // namespace rightful::bench
