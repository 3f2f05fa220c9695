"""Histories by `git fast-import`: a million commits in a minute."""

import subprocess

BEGAN = 1_500_000_000


def importer(repo, env):
    words = ["git", "fast-import", "--quiet", "--done", "--force"]
    return subprocess.Popen(words, cwd=repo, env=env, stdin=subprocess.PIPE)


def finish(process):
    process.stdin.write(b"done\n")
    process.stdin.close()
    if process.wait() != 0:
        raise RuntimeError("git fast-import failed")


def data(text):
    return b"data %d\n%s\n" % (len(text), text)


def write(repo, env, commits, files):
    """Each commit changes one file; the files are spread over folders of 100."""
    process = importer(repo, env)
    put = process.stdin.write
    path = lambda n: b"src/part%03d/file%05d.c" % (n // 100, n)
    for n in range(commits):
        message = b"part %d: change number %d\n\nIt was wrong before, and now it is right.\n" % (n % files // 100, n)
        if n % 20_000 == 7:
            message += b"\nTask-Id: T-000042\n"
        if n % 20_000 == 9:
            message += b"\nTask-Id: T-000420\n"
        put(b"commit refs/heads/main\ncommitter Jane <jane@example.com> %d +0000\n" % (BEGAN + n * 60))
        put(data(message))
        changed = range(files) if n == 0 else [n * 7919 % files]
        for file in changed:
            put(b"M 100644 inline %s\n" % path(file))
            put(data(b"int answer_%d(void)\n{\n\treturn %d;\n}\n" % (file, n)))
    finish(process)


def write_merging(repo, env, commits, files):
    """Two of five commits on side branches, merged where they left or a little later; one in 23 names one of 1,000 tasks."""
    process = importer(repo, env)
    put = process.stdin.write
    mark, tip, side, fork = 0, 0, 0, 0

    def commit(n, parents):
        message = b"part %d: change number %d\n\nIt was wrong before, and now it is right. T-42 is not meant.\n" % (n % files, n)
        if n % 23 == 0:
            message += b"\nTask-Id: T-%d\n" % (n * 7919 % 1000)
        put(b"commit refs/heads/main\nmark :%d\ncommitter Jane <jane@example.com> %d +0000\n" % (n, BEGAN + n * 60))
        put(data(message))
        for word, parent in zip((b"from", b"merge"), parents):
            put(b"%s :%d\n" % (word, parent))
        for file in range(files) if n == 1 else [n * 7919 % files]:
            put(b"M 100644 inline src/part%03d/file%05d.c\n" % (file // 100, file))
            put(data(b"int answer_%d(void)\n{\n\treturn %d;\n}\n" % (file, n)))
        return n

    while mark < commits:
        fork = tip
        for _ in range(6):
            mark = tip = commit(mark + 1, [tip] if tip else [])
        side = fork or 1
        for _ in range(4):
            mark = side = commit(mark + 1, [side])
        mark = tip = commit(mark + 1, [tip, side])
    finish(process)


def write_tasks(repo, env, commits, files, tasks):
    """`commits` more on top of main, each of one of so many tasks; each changes two files, one in ten adds one or moves one."""
    process = importer(repo, env)
    put = process.stdin.write
    path = lambda n: b"src/part%03d/file%05d.c" % (n // 100, n)
    for n in range(commits):
        message = b"step %d\n\nAs planned.\n\nTask-Id: T-%d\n" % (n, n * 7 % tasks)
        put(b"commit refs/heads/main\ncommitter Jane <jane@example.com> %d +0000\n" % (BEGAN + 100_000_000 + n * 60))
        put(data(message))
        put(b"from refs/heads/main^0\n" if n == 0 else b"")
        for file in (n * 7919 % files, n * 104729 % files):
            put(b"M 100644 inline %s\n" % path(file))
            put(data(b"int answer_%d(void)\n{\n\treturn -%d;\n}\n" % (file, n)))
        if n % 10 == 5:
            put(b"M 100644 inline new/file%05d.c\n" % n)
            put(data(b"int new_%d(void);\n" % n * 20))
        if n % 10 == 9:
            put(b"R new/file%05d.c moved/file%05d.c\n" % (n - 4, n))
    finish(process)


def notes_of(repo, env, ref):
    """Path and lines of every note."""
    listing = subprocess.run(["git", "ls-tree", "-r", ref], cwd=repo, env=env, capture_output=True, check=True).stdout
    for line in listing.splitlines():
        head, path = line.split(b"\t")
        if not path.startswith((b"anchor.", b"text/")):
            yield path, head.split()[2]


def replay_ledger(source, repo, env, ref):
    """Write the ledger of `source` once more, one commit an event, in the order of time."""
    notes = list(notes_of(source, env, ref))
    wanted = b"".join(blob + b"\n" for _, blob in notes)
    batch = subprocess.run(["git", "cat-file", "--batch"], cwd=source, env=env, input=wanted, capture_output=True, check=True).stdout
    events, at = [], 0
    for path, _ in notes:
        end = batch.index(b"\n", at)
        size = int(batch[at:end].split()[2])
        header, *lines = batch[end + 1 : end + 1 + size].splitlines()
        at = end + size + 2
        events += [(line, path, header) for line in lines]
    events.sort()
    process, texts = importer(repo, env), {}
    put = process.stdin.write
    for n, (line, path, header) in enumerate(events):
        texts[path] = texts.get(path, header + b"\n") + line + b"\n"
        put(b"commit %s\ncommitter Bench <bench@example.com> %d +0000\n" % (ref.encode(), BEGAN + n))
        put(data(b"%s %s\n" % (line.split()[4], header.split()[2])))
        put(b"M 100644 inline %s\n" % path)
        put(data(texts[path]))
    finish(process)
