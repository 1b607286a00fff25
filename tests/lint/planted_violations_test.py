"""Plants one violation per rule in a small tree and expects the lint to name it; a lint that cannot fail is none."""

import pathlib
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parent))

import check_headers
import check_layers
import check_sleep
import check_sql
import check_sql_names

HEADER = "/// @file\n/// A unit that stands here for a test.\n#pragma once\n"


class PlantedViolations(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.root = pathlib.Path(self.folder.name)
        self.plant("src/core/README.md", "core\n")
        self.plant("include/rightful/core/fine.hpp", HEADER + '#include <string>\n#include "rightful/core/id.hpp"\n')

    def tearDown(self):
        self.folder.cleanup()

    def plant(self, path, text):
        target = self.root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")

    def expect(self, check, place):
        findings = check(self.root)
        self.assertEqual(len(findings), 1, findings)
        self.assertTrue(findings[0].startswith(place), findings)

    def test_a_clean_tree_passes_every_lint(self):
        for lint in (check_layers, check_sql, check_sql_names, check_headers, check_sleep):
            self.assertEqual(lint.check(self.root), [])

    def test_an_include_of_a_higher_layer(self):
        self.plant("src/crypto/a.cpp", '\n#include "rightful/store/pool.hpp"\n')
        self.expect(check_layers.check, "src/crypto/a.cpp:2:")

    def test_sources_see_one_header_of_store(self):
        self.plant("src/sources/a.cpp", '#include "rightful/store/connection.hpp"\n#include "rightful/store/pool.hpp"\n')
        self.expect(check_layers.check, "src/sources/a.cpp:2:")

    def test_a_private_header_of_another_layer(self):
        self.plant("src/http/a.cpp", '#include "store/pq_result.hpp"\n')
        self.expect(check_layers.check, "src/http/a.cpp:1:")

    def test_a_third_party_header_outside_its_place(self):
        self.plant("src/export/a.cpp", "#include <openssl/evp.h>\n")
        self.expect(check_layers.check, "src/export/a.cpp:1:")

    def test_a_third_party_header_in_a_public_header(self):
        self.plant("include/rightful/store/a.hpp", HEADER + "#include <pqxx/pqxx>\n")
        self.expect(check_layers.check, "include/rightful/store/a.hpp:4:")

    def test_an_unknown_layer(self):
        self.plant("src/util/a.cpp", "")
        self.expect(check_layers.check, "src/util/a.cpp:1:")

    def test_sql_in_a_handler(self):
        self.plant("src/http/a.cpp", '\nconst char* q = "SELECT account_id\\n FROM account WHERE x = 1";\n')
        self.expect(check_sql.check, "src/http/a.cpp:2:")

    def test_sql_in_a_raw_string(self):
        self.plant("src/queue/a.cpp", 'auto q = R"(UPDATE job SET state = $1)";\n')
        self.expect(check_sql.check, "src/queue/a.cpp:1:")

    def test_sql_where_it_belongs(self):
        self.plant("src/store/queries/job.hpp", 'auto q = "DELETE FROM job";\n')
        self.assertEqual(check_sql.check(self.root), [])

    def test_a_constant_of_sql_in_two_files(self):
        self.plant("src/store/queries/a.hpp", 'inline constexpr Sql kFind{"find_a",\n  "SELECT 1"};\n')
        self.plant("src/store/queries/b.hpp", '// kFind\ninline constexpr Sql kFind{\n    "find_b", R"(\nSELECT 2)"};\n')
        self.expect(check_sql_names.check, "src/store/queries/b.hpp:2: the constant kFind")

    def test_a_statement_with_the_name_of_another(self):
        self.plant("src/store/queries/a.hpp",
                   'inline constexpr Sql kOne{"one", "SELECT 1"};\ninline constexpr Sql kTwo{"one", "SELECT 2"};\n')
        self.expect(check_sql_names.check, "src/store/queries/a.hpp:2: the statement one")

    def test_a_statement_without_a_name(self):
        self.plant("src/store/queries/a.hpp", "inline constexpr Sql kOne{kName, kText};\n")
        self.expect(check_sql_names.check, "src/store/queries/a.hpp:1: kOne")

    def test_a_header_without_contract(self):
        self.plant("include/rightful/core/bare.hpp", "#pragma once\n")
        self.expect(check_headers.check, "include/rightful/core/bare.hpp:1:")

    def test_a_header_without_guard(self):
        self.plant("include/rightful/core/bare.hpp", HEADER.replace("#pragma once\n", ""))
        self.expect(check_headers.check, "include/rightful/core/bare.hpp:1:")

    def test_a_layer_without_readme(self):
        (self.root / "src/crypto").mkdir()
        self.expect(check_headers.check, "src/crypto:")

    def test_a_sleep_in_a_test(self):
        self.plant("tests/unit/a_test.cpp", "void f() { std::this_thread::sleep_for(x); }\n")
        self.expect(check_sleep.check, "tests/unit/a_test.cpp:1:")

    def test_a_catch_all_in_a_layer(self):
        self.plant("src/core/a.cpp", "// catch (...) in words is fine\nvoid f() { try {} catch (...) {} }\n")
        self.expect(check_sleep.check, "src/core/a.cpp:2:")


if __name__ == "__main__":
    unittest.main()
