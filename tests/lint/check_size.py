"""Reports files over 600 lines; never fails. The tail of sizes is what hurts."""

from source_tree import files, parse_root

if __name__ == "__main__":
    root = parse_root(__doc__)
    sizes = sorted(((len(path.read_text(encoding="utf-8").splitlines()), path.relative_to(root).as_posix())
                    for path in files(root, "include", "src", "tests")), reverse=True)
    large = [(lines, path) for lines, path in sizes if lines > 600]
    for lines, path in large:
        print(f"{path}: {lines} lines")
    middle = sizes[len(sizes) // 2][0] if sizes else 0
    print(f"{len(sizes)} files, median {middle} lines, {len(large)} over 600")
