//! Programs that delete or overwrite files: what they do it to, by options and operands. Data.
//!
//! The first row of a program that fits counts. Programs whose whole purpose is to rewrite what they find (`make`, `cargo fmt`,
//! compilers) are in no row.

use super::{
    Level::{self, Changes, Destroys},
    Loss::{self, History, OtherRefs, Overwritten, Refs, Remote, Snapshots, Uncommitted, Untracked},
};

/// A way of a program to change files.
pub(super) struct Row {
    /// Its names, separated by `|`; words after a name are the subcommand.
    pub names: &'static str,
    /// Options that take the next word, without dashes. With a dash in front, options are words (`-out x`), not letters; `*` is
    /// every option but those after a `!`.
    pub valued: &'static str,
    /// Options of which one is given, or `name=value`; empty if it needs none.
    pub when: &'static str,
    /// Options of which none is given.
    pub unless: &'static str,
    /// Whether it needs to have no operands.
    pub is_alone: bool,
    /// What it writes or deletes; empty if the repository is at risk, not files.
    pub touches: &'static [Touch],
    /// How destructive it is.
    pub level: Level,
    /// The kinds of loss.
    pub losses: &'static [Loss],
    /// What it does, as a part of a sentence.
    pub why: &'static str,
}

/// What is written or deleted.
#[derive(Clone, Copy)]
pub(super) enum Touch {
    /// Every operand.
    All,
    /// Every operand, which may be a pattern that the program itself expands.
    Globs,
    /// Every operand that is a file already.
    Operands,
    /// The same, from this operand on.
    From(usize),
    /// The operand with this index.
    Nth(usize),
    /// The last of several operands, or the directory that one of these options names.
    Last(&'static str),
    /// The operands after the script, which these options may bring instead.
    AfterScript(&'static str),
    /// The values of these options.
    Value(&'static str),
    /// The directory that one of these options names, or the one where it runs.
    Inside(&'static str),
    /// The same, where the value is attached to this beginning of an option.
    InsideAttached(&'static str),
    /// What follows this in an operand (`of=`).
    Key(&'static str),
    /// The operand after this word (`output`).
    After(&'static str),
    /// The last part of each URL, if one of these options is given.
    UrlNames(&'static str),
    /// Files whose names begin with this operand, or with that if it is missing.
    Prefix(usize, &'static str),
    /// The directory where it runs.
    Here,
    /// Unknown.
    Any,
}
use Touch::{
    After, AfterScript, All, Any, From, Globs, Here, Inside, InsideAttached, Key, Last, Nth, Operands, Prefix,
    UrlNames, Value,
};

const fn row(names: &'static str, touches: &'static [Touch], level: Level, why: &'static str) -> Row {
    const LOSSES: &[Loss] = &[Uncommitted, Untracked];
    Row { names, valued: "", when: "", unless: "", is_alone: false, touches, level, losses: LOSSES, why }
}

impl Row {
    const fn valued(self, valued: &'static str) -> Self {
        Row { valued, ..self }
    }

    const fn when(self, when: &'static str) -> Self {
        Row { when, ..self }
    }

    const fn unless(self, unless: &'static str) -> Self {
        Row { unless, ..self }
    }

    const fn alone(self) -> Self {
        Row { is_alone: true, ..self }
    }

    const fn loses(self, losses: &'static [Loss]) -> Self {
        Row { losses, ..self }
    }
}

const COPY: &str = "t S target-directory suffix";
const RSYNC: &str = "e f rsh filter exclude include exclude-from include-from files-from";
const SED: &str = "e f l expression file line-length";
const CURL: &str = "A b c C d D e E F h H K m o P Q r t T u U w x X y Y z output output-dir cookie cookie-jar dump-header data \
    data-raw data-binary data-urlencode json form header request user user-agent referer url retry retry-delay max-time \
    connect-timeout proxy cacert cert key upload-file write-out range limit-rate config resolve stderr trace trace-ascii etag-save \
    etag-compare hsts alt-svc";
const WGET: &str = "O o a P i e t T w Q U A R D B l output-document output-file append-output directory-prefix input-file execute \
    tries timeout wait quota user-agent accept reject domains base header post-data post-file user password level";
/// Programs of GNU that other systems have with a `g` in front.
pub(super) const GNU: &str = "awk base64 cp csplit dd env find install ln mv nice patch rm sed shred shuf sort split stdbuf tar tee time timeout truncate \
    uniq unlink xargs cpio";
const TAR: &str = "f C T X b H I K N V file directory exclude files-from exclude-from";
const PATCH: &str = "p i d o r D F input directory output strip reject-file";
const VIM: &str = "c S u U i T w W cmd startuptime";
const OUTPUTS: &str = "o O output out outfile output-file output-document export-filename log-file";
const OUTPUT_OPTIONS: &str = "o O f t r T K k u w i L I P s output out outfile output-file output-document export-filename log-file from to \
    recipient format";
const COMPRESS: &str = "S suffix";
const KEEPS: &str = "k keep c stdout to-stdout t test l list";

#[rustfmt::skip]
pub(super) const ROWS: &[Row] = &[
    row("rm|unlink|srm|safe-rm", &[All], Destroys, "deletes files"),
    row("rimraf|premove", &[Globs], Destroys, "deletes files").valued("max-retries retry-delay backoff tmp impl"),
    row("del|del-cli", &[Globs], Destroys, "deletes files").unless("d dry-run"),
    row("trash|trash-put|trash-cli|rmtrash|gtrash put|gtrash|rip|gio trash|gvfs-trash|recycle", &[Globs], Changes, "moves files to the trash"),
    row("fdupes|jdupes", &[Any], Destroys, "deletes duplicate files").when("d delete"),
    row("rdfind", &[Any], Destroys, "deletes duplicate files").valued("-deleteduplicates").when("deleteduplicates"),
    row("tmpreaper|tmpwatch|stmpclean", &[From(1)], Destroys, "deletes old files"),
    row("shred|wipe", &[All], Destroys, "overwrites files with random data").valued("n s size iterations"),
    row("mv", &[Operands, Touch::Value("t target-directory")], Changes, "moves files and overwrites existing ones").valued(COPY).unless("n no-clobber"),
    row("cp", &[Last("t target-directory")], Changes, "overwrites the existing file").valued(COPY).unless("n no-clobber"),
    row("install", &[Last("t target-directory")], Changes, "overwrites the existing file").valued("m o g t S mode owner group target-directory suffix").unless("d directory"),
    row("ln", &[Last("t target-directory")], Changes, "replaces the existing file").valued(COPY).when("f force"),
    row("scp|sftp", &[Last("")], Changes, "overwrites the existing file").valued("c D F i J l o P S X"),
    row("rsync", &[Operands], Destroys, "deletes files that are missing in the source").valued(RSYNC).when("delete delete-before delete-after delete-during delete-excluded del remove-source-files").unless("n dry-run"),
    row("rsync", &[Last("")], Changes, "overwrites files").valued(RSYNC).unless("n dry-run ignore-existing"),
    row("rclone sync", &[Last("")], Destroys, "deletes files that are missing in the source").unless("n dry-run"),
    row("rclone delete|rclone purge|rclone deletefile", &[Operands], Destroys, "deletes files").unless("n dry-run"),
    row("rclone move|rclone moveto|rclone copy|rclone copyto", &[Operands], Changes, "overwrites files").unless("n dry-run"),
    row("dd", &[Key("of=")], Changes, "overwrites a file"),
    row("truncate|fallocate", &[Operands], Changes, "cuts files").valued("s r o l size reference offset length"),
    row("tee", &[Operands], Changes, "truncates the file first").unless("a append"),
    row("sponge", &[Operands], Changes, "overwrites the file").unless("a"),
    row("ditto|cpx|cpr|ncp|cpy|copyfiles", &[Last("")], Changes, "overwrites files").valued("u e a E up exclude"),
    row("rename|prename|perl-rename|file-rename|mmv|qmv|imv|edir|rnr|f2|brename|massren|renamer|detox|vidir|fastmod|codemod|rpl|repren|ambr", &[Any], Changes, "renames or changes files and overwrites existing ones").unless("n no-act dry-run"),
    row("convmv", &[Any], Changes, "renames or changes files and overwrites existing ones").when("notest"),
    row("jscodeshift", &[Operands], Changes, "changes files in place").valued("t transform parser extensions").unless("d dry"),
    row("ruplacer", &[Any], Changes, "changes files in place").when("go"),
    row("sad", &[Any], Changes, "changes files in place").when("k commit"),
    row("semgrep|opengrep|semgrep scan", &[Any], Changes, "changes files in place").when("a autofix"),
    row("stow", &[Any], Changes, "replaces files of the package with existing ones").when("adopt"),
    row("chezmoi apply|chezmoi update|rcup|dotbot", &[Any], Changes, "overwrites files").when("force f"),
    row("cookiecutter|copier copy|copier update|copier recopy|cruft update|yo|plop|hygen|rails new|rails generate|rails g|ng generate|ng g|cargo generate|degit|tiged|giget", &[Any], Changes, "overwrites files").when("f force overwrite overwrite-if-exists"),
    row("quilt push|quilt pop|quilt delete|quilt fold|quilt import", &[Any], Changes, "changes files"),
    row("merge", &[Nth(0)], Changes, "overwrites the first file").valued("L").unless("p"),
    row("wiggle", &[Operands], Changes, "changes files in place").when("r replace"),
    // Editors and what changes files in place.
    row("sed|gsed", &[AfterScript("e f expression file")], Changes, "changes files in place").valued(SED).when("i in-place"),
    row("perl", &[AfterScript("e E")], Changes, "changes files in place").valued("e E I M m x").when("i"),
    row("ruby", &[AfterScript("e")], Changes, "changes files in place").valued("e I r").when("i"),
    row("awk|gawk", &[AfterScript("e f E source file exec")], Changes, "changes files in place").valued("F v f i E e l L field-separator assign file include source exec load").when("i=inplace include=inplace i=inplace.awk"),
    row("ed|red|ex", &[Any], Changes, "may write any file").valued("p c t w prompt").alone(),
    row("ed|red|ex", &[Operands], Changes, "changes the file").valued("p c t w prompt"),
    row("vi|vim|nvim|gvim", &[Any], Changes, "may write any file").valued(VIM).when("c cmd S").unless("R M").alone(),
    row("vi|vim|nvim|gvim|nvi|elvis|vim.tiny|vim.basic|vim.nox|vimdiff|nvimdiff", &[Operands], Changes, "changes the file").valued(VIM).unless("R M t"),
    row("nano|pico|joe|jove|jed|jmacs|mg|ne|vis|zile|mcedit|micro|kak|hx|helix|emacs|emacsclient|sudoedit|sensible-editor", &[Operands], Changes, "changes the file").valued("l f eval load funcall"),
    row("patch", &[Value("o output")], Changes, "overwrites a file").valued(PATCH).when("o output").unless("dry-run"),
    row("patch", &[Inside("d directory")], Changes, "changes files").valued(PATCH).when("d directory").unless("dry-run"),
    row("patch", &[Here], Changes, "changes files").valued(PATCH).unless("dry-run").alone(),
    row("patch", &[Nth(0)], Changes, "changes files").valued(PATCH).unless("dry-run"),
    row("yq|jaq|dasel|tomlq|xq", &[AfterScript("from-file")], Changes, "changes files in place").valued("o p I output-format input-format from-file indent").when("i inplace in-place"),
    row("sd", &[From(2)], Changes, "changes files in place").valued("n f max-replacements flags").unless("p preview"),
    row("gofmt|goimports|gofumpt", &[Operands], Changes, "changes files in place").valued("r").when("w"),
    row("shfmt", &[Operands], Changes, "changes files in place").valued("i ln indent").when("w write"),
    row("prettier|biome format|biome check", &[Globs], Changes, "changes files in place").valued("config parser").when("w write fix apply"),
    row("eslint|stylelint|ruff check|markdownlint", &[Globs], Changes, "changes files in place").valued("c config ext").when("fix"),
    row("clang-format|autopep8|yapf|astyle|comby|docformatter", &[Operands], Changes, "changes files in place").valued("style").when("i in-place"),
    row("sg|ast-grep|sg run|ast-grep run|sg scan|ast-grep scan", &[Any], Changes, "changes files in place").when("U update-all"),
    row("xmlstarlet ed|xmlstarlet edit|xml ed", &[Operands], Changes, "changes files in place").valued("u d s i a v t n r m x N").when("L inplace"),
    row("mlr", &[Operands], Changes, "changes files in place").valued("n f ifs ofs").when("I"),
    row("postcss", &[Globs], Changes, "changes files in place").valued("o output u use d dir c config").when("r replace"),
    row("svgo", &[Value("o output"), Operands], Changes, "changes files in place").valued("i o p f input output config"),
    row("gifsicle", &[Operands], Changes, "changes files in place").valued("o output").when("b batch"),
    row("qpdf", &[Operands], Changes, "changes files in place").when("replace-input"),
    row("sops", &[Operands], Changes, "changes files in place").valued("output").when("i in-place"),
    row("recode|fromdos|todos|dos2unix|unix2dos|mac2unix|mogrify|optipng|jpegoptim|oxipng|exiftool|crudini", &[Operands], Changes, "changes files in place"),
    // Archives.
    row("tar|bsdtar|gtar|star", &[Inside("C directory cd")], Changes, "overwrites files").valued(TAR).when("x extract get").unless("k keep-old-files skip-old-files O to-stdout"),
    row("tar|bsdtar|gtar|star", &[Operands], Destroys, "deletes the files it packs").valued(TAR).when("remove-files"),
    row("tar|bsdtar|gtar|star", &[Value("f file")], Changes, "overwrites the archive").valued(TAR).when("c create"),
    row("unzip", &[Inside("d")], Changes, "overwrites files").valued("d x P").unless("l t p Z n z"),
    row("zip", &[Operands], Destroys, "deletes the files it packs").valued("b n t x i P O out suffixes").when("m move"),
    row("zip", &[Nth(0), Touch::Value("O out")], Changes, "changes the archive").valued("b n t x i P O out suffixes"),
    row("7z d|7za d|7zr d|7zz d|7z a|7za a|7zr a|7zz a|7z u|7za u|7zz u", &[Operands], Changes, "changes the archive").valued("-").when("sdel"),
    row("7z d|7za d|7zr d|7zz d|7z a|7za a|7zr a|7zz a|7z u|7za u|7zz u", &[Nth(0)], Changes, "changes the archive").valued("-"),
    row("7z x|7z e|7za x|7za e|7zr x|7zr e|7zz x|7zz e", &[InsideAttached("o")], Changes, "overwrites files").valued("-").unless("aos so"),
    row("rar m|rar mf", &[Operands], Destroys, "deletes the files it packs").valued("-"),
    row("rar a|rar d|rar u|rar f", &[Nth(0)], Changes, "changes the archive").valued("-"),
    row("jar", &[Here], Changes, "overwrites files").valued("f file C").when("x extract"),
    row("jar", &[Value("f file")], Changes, "overwrites the archive").valued("f file C m e").when("c u create update"),
    row("unsquashfs", &[Inside("d dest")], Changes, "overwrites files").valued("d dest p processors").when("f force"),
    row("cabextract|innoextract|aunpack|atool|dtrx|ouch decompress|ouch d|lha|arj|unace|patool extract|bsdcpio", &[Any], Changes, "overwrites files").unless("l list t test"),
    row("dpkg-deb", &[From(1)], Changes, "overwrites files").when("x R extract raw-extract vextract X"),
    row("restic restore", &[Value("t target")], Changes, "overwrites files").valued("t r target repo"),
    row("borg extract|tarsnap", &[Here], Changes, "overwrites files").unless("n dry-run t c"),
    row("unrar x|unrar e|rar x|rar e|unar", &[Inside("o output-directory")], Changes, "overwrites files").valued("o output-directory"),
    row("cpio", &[Inside("D directory")], Changes, "overwrites files").valued("D H E F I O R C M directory format file").when("i extract").unless("t list"),
    row("cpio", &[Last("")], Changes, "overwrites files").valued("D H E F I O R C M directory format file").when("p pass-through"),
    row("cpio", &[Value("O F file")], Changes, "overwrites the archive").valued("D H E F I O R C M directory format file").when("o create"),
    row("pax", &[Inside("")], Changes, "overwrites files").when("r"),
    row("ar|llvm-ar", &[Any], Changes, "changes the archive, or overwrites files").unless("t p"),
    row("gzip|pigz|bzip2|pbzip2|xz|pixz|lzma|lzip|plzip|lrzip|compress|gunzip|bunzip2|unxz|unlzma|uncompress|unpigz", &[Operands], Changes, "replaces each file").valued(COMPRESS).unless(KEEPS),
    row("gzip|pigz|bzip2|xz|gunzip|bunzip2|unxz", &[Any], Changes, "overwrites files").valued(COMPRESS).when("f force").unless("c stdout to-stdout t test l list"),
    row("zstd|unzstd|zstdmt|lz4|unlz4|brotli", &[Operands, Value("o output output-dir-flat")], Changes, "replaces each file").valued("o D T M output output-dir-flat").when("rm j"),
    row("zstd|unzstd|zstdmt|lz4|unlz4|brotli", &[Value("o output output-dir-flat")], Changes, "overwrites a file").valued("o D T M output output-dir-flat").when("o output output-dir-flat"),
    row("zstd|unzstd|zstdmt|lz4|unlz4|brotli", &[Any], Changes, "overwrites files").valued("o D T M").when("f force").unless("c stdout t test"),
    // What an option names is written.
    row("curl", &[Value("o output D dump-header c cookie-jar trace trace-ascii stderr etag-save hsts alt-svc"), UrlNames("O remote-name remote-name-all")], Changes, "overwrites the existing file").valued(CURL),
    row("wget|wget2", &[Any], Changes, "overwrites files").valued(WGET).when("N timestamping r recursive m mirror"),
    row("wget|wget2", &[Value("O output-document o output-file")], Changes, "overwrites the existing file").valued(WGET),
    row("axel|lwp-download", &[Value("o output"), Nth(1)], Changes, "overwrites the existing file").valued("o n s output"),
    row("aria2c", &[Value("o out"), UrlNames("allow-overwrite")], Changes, "overwrites the existing file").valued("o d i j s x l out dir log"),
    row("http|https|xh|xhs", &[Value("o output")], Changes, "overwrites the existing file").valued("o a A output auth"),
    row("sort", &[Value("o output")], Changes, "overwrites the existing file").valued("k t o S T key field-separator output buffer-size temporary-directory parallel"),
    row("shuf", &[Value("o output")], Changes, "overwrites the existing file").valued("i n o input-range head-count output random-source"),
    row("uniq", &[Nth(1)], Changes, "overwrites the existing file").valued("f s w skip-fields skip-chars check-chars"),
    row("split", &[Prefix(1, "x")], Changes, "overwrites files").valued("a b C l n t bytes line-bytes lines number suffix-length additional-suffix filter separator"),
    row("csplit", &[Value("f prefix"), Prefix(usize::MAX, "xx")], Changes, "overwrites files").valued("f b n prefix suffix-format digits"),
    // Letters may be joined (`gpg -ao x`).
    row("iconv|uconv|gpg|gpg2|age|rage|pandoc|dot|neato|fdp|sfdp|circo|twopi|m4|bison|yacc|byacc|flex|lex|re2c|ragel|gperf|ctags|psql|tree|cwebp|img2pdf|rsvg-convert|inkscape|pngquant|sops|xsltproc|yt-dlp|youtube-dl|asciidoctor|mmdc|oggenc|mencoder|mkvmerge|HandBrakeCLI|sdiff|kdiff3|base64|base32|less|terser|uglifyjs|cleancss|html-minifier|html-minifier-terser|postcss|browserify", &[Value(OUTPUTS)], Changes, "overwrites the existing file").valued(OUTPUT_OPTIONS),
    row("eslint|stylelint|flake8|bandit|pylint|ruff check|semgrep|jest|vitest|gcovr|lcov|trivy|syft|grype|cyclonedx-py", &[Value("o output output-file outputFile json-file html-file")], Changes, "overwrites the existing file").valued("o f c t output output-file outputFile format config ext json-file html-file"),
    row("pip-compile|uv pip compile|uv export|poetry export|pdm export|conda-lock", &[Value("o output output-file lockfile")], Changes, "overwrites the existing file").valued("o f c r output output-file format extra lockfile"),
    row("docker save|podman save|docker export|podman export|docker image save|podman image save|docker container export|crane export", &[Value("o output")], Changes, "overwrites the existing file").valued("o output"),
    row("kustomize build|kompose convert|jsonnet|cue export|cue def|oapi-codegen|buf build|buf export|ytt|helm template|helm pull|dhall-to-json|dhall-to-yaml", &[Value("o output outfile output-file output-dir output-files m multi d destination")], Changes, "overwrites files").valued("o m d f e t g J V output outfile output-file output-dir output-files multi destination set values file out"),
    row("tcpdump|tshark|dumpcap", &[Value("w")], Changes, "overwrites the existing file").valued("w i c r s f Y"),
    row("ssh-keygen", &[Value("f")], Changes, "overwrites the existing file").valued("f t b N C P m O I V n s").unless("l y e F H"),
    row("xsv|qsv|csvtk|seqkit|mongodump|mongoexport|certtool", &[Value("o output out out-file outfile")], Changes, "overwrites the existing file").valued("o d s h u p c db collection host port output out out-file outfile"),
    // Options of one dash are words.
    row("jpegtran|djpeg|cjpeg|xmllint|protoc|MP4Box|terraform plan|tofu plan|mkcert|rollup|swc|babel", &[Value("o output out outfile out-file cert-file key-file p12-file")], Changes, "overwrites the existing file").valued("-o -output -out -outfile -out-file -cert-file -key-file -p12-file -f -d -c -dir -format -config -var -var-file"),
    row("gs", &[Value("sOutputFile o")], Changes, "overwrites the existing file").valued("-o -c -f"),
    row("pdftk", &[After("output")], Changes, "overwrites the existing file"),
    row("wkhtmltopdf|wkhtmltoimage|weasyprint|pdfunite|pdfseparate|pdftocairo|pdfcrop|qpdf|lame|opusenc|pngcrush|zopflipng|guetzli|objcopy|llvm-objcopy", &[Last("")], Changes, "overwrites the existing file").valued("-*"),
    row("openssl", &[Value("out keyout writerand CAserial sigfile")], Changes, "overwrites the existing file").valued("-out -keyout -in -inkey -passin -passout -pass -k -K -iv -subj -days -config -CA -CAkey -CAserial -sign -signature -verify -writerand -rand -newkey -name -certfile -extfile -extensions -inform -outform -kfile -md"),
    row("ffmpeg|avconv", &[Operands], Changes, "overwrites the existing file").valued("-* !y !n !hide_banner !nostdin !shortest !an !vn !sn !dn !stats !nostats !re !bitexact !copyts").when("y").unless("n"),
    row("convert|magick|gm convert|sox|pdftotext|pdftoppm|ps2pdf|xxd", &[Last("")], Changes, "overwrites the existing file").valued("-* !p !r !ps !plain !strip !flip !flop !negate !append !monochrome !layout"),
    row("pg_dump|pg_dumpall|pg_restore", &[Value("f file")], Changes, "overwrites the existing file").valued("f d h p U n t file dbname host port username schema table"),
    row("mysqldump|mariadb-dump", &[Value("r result-file")], Changes, "overwrites the existing file").valued("r h u P result-file"),
    row("docker cp|podman cp|kubectl cp", &[Last("")], Changes, "overwrites files").valued("c n container namespace"),
    row("aws s3 sync", &[Last("")], Destroys, "deletes files that are missing in the source").when("delete").unless("dryrun"),
    row("aws s3 cp|aws s3 sync|aws s3 mv|gsutil cp|gsutil mv|gsutil rsync|gcloud storage cp|gcloud storage rsync|gcloud compute scp|s3cmd get|s3cmd sync|s5cmd cp|mc cp|mc mirror|b2 download-file", &[Last("")], Changes, "overwrites files").unless("dryrun n"),
    row("aws s3api get-object", &[Nth(0)], Changes, "overwrites the existing file").valued("bucket key version-id region profile"),
    row("az storage blob download", &[Value("f file")], Changes, "overwrites the existing file").valued("f c n file container-name name account-name"),
    row("script", &[Operands, Value("O B log-out log-io T log-timing")], Changes, "truncates the file first").valued("c E I O B T m o command echo log-in log-out log-io log-timing").unless("a append"),
    // Other programs that work on the repository.
    row("gh pr checkout|gh co", &[], Destroys, "resets branch and files to the pull request; uncommitted changes are lost").valued("R b repo branch").when("f force").loses(&[Uncommitted, History]),
    row("gh pr checkout|gh co|glab mr checkout|tea pulls checkout|hub pr checkout", &[], Changes, "overwrites ignored files that exist in the other commit").loses(&[Overwritten]),
    row("gh repo sync", &[], Destroys, "resets branch and files to the remote; the branch drops commits").valued("b s branch source").when("force").alone().loses(&[Uncommitted, History]),
    row("gh repo sync", &[], Destroys, "replaces commits on the remote that may exist nowhere else").valued("b s branch source").when("force").loses(&[Remote]),
    row("gh repo delete|glab repo delete", &[], Destroys, "deletes the repository on the remote").loses(&[Remote]),
    row("gh pr close|gh pr merge", &[], Changes, "deletes a branch locally and on the remote").valued("R c t b F repo comment").when("d delete-branch").loses(&[History]),
    row("gh release download|gh run download", &[Value("O output"), Inside("D dir")], Changes, "overwrites files").valued("R O D p A n repo output dir pattern archive name").when("clobber O output"),
    row("bfg", &[], Destroys, "rewrites the whole history").loses(&[History, Refs, OtherRefs, Snapshots]),
    row("glab release download", &[Inside("D dir")], Changes, "overwrites files").valued("D n R dir asset-name repo"),
    row("glab mr merge|glab mr close", &[], Changes, "deletes a branch locally and on the remote").when("d remove-source-branch").loses(&[History]),
    row("gt restack|gt modify|gt sync|gt delete|gt undo|gt fold|gt absorb|gt split|gt squash|gt move|gt reorder|gt abort|gt get|gt pop|ghstack checkout|spr land|spr amend", &[], Changes, "changes files or rewrites commits").loses(&[Uncommitted, History]),
    row("stg pop|stg push|stg goto|stg refresh|stg delete|stg squash|stg uncommit|stg rebase|stg pull|stg undo|stg redo|stg clean|stg sink|stg float|stg repair", &[], Changes, "changes files or rewrites commits").loses(&[Uncommitted, History]),
    row("jj abandon|jj restore|jj undo|jj op restore|jj op undo|jj squash|jj rebase", &[], Changes, "changes files or rewrites commits").loses(&[Uncommitted, History]),
    row("sl goto|sl go|sl update", &[], Destroys, "discards uncommitted changes").when("C clean").loses(&[Uncommitted]),
    row("sl revert|sl purge|sl clean", &[], Destroys, "discards uncommitted changes").loses(&[Uncommitted, Untracked]),
    row("stg reset", &[], Destroys, "discards uncommitted changes").when("hard").loses(&[Uncommitted, History]),
];

/// Programs that run the text that an option gives them, or what they read: names, options, as their texts are.
pub(super) const INTERPRETERS: &[(&str, &str)] = &[
    ("python|pypy|py|ipython", "c"),
    ("node|nodejs|bun|tsx|ts-node", "e eval p print"),
    ("perl", "e E"),
    ("ruby", "e"),
    ("php", "r"),
    ("lua|luajit|Rscript|elixir|osascript|julia|groovy|raku|jshell", "e"),
    ("pwsh|powershell|powershell.exe", "-c -C -Command -command"),
    ("emacs|emacsclient", "eval e"),
    ("expect|tclsh|wish", "c"),
];

/// What in such a text deletes or overwrites files.
#[rustfmt::skip]
pub(super) const DELETING: &[&str] = &[
    "rmtree", "os.remove", "os.unlink", "os.rename", "os.replace", "os.truncate", "shutil.move", "shutil.copy",
    ".unlink(", ".rmdir(", "write_text", "write_bytes", "'w'", "\"w\"", "'w+'", "\"w+\"",
    "'wb'", "\"wb\"", "rmSync", "rmdirSync", "unlinkSync", "renameSync", "removeSync", "fs.rm",
    "fs.unlink", "writeFile", "truncate", "rimraf", "unlink", "rm_r", "FileUtils.", "File.delete",
    "File.write", "rm -", "--hard", "git clean", "file_put_contents", "'rm'", "\"rm\"", "'clean'",
    "\"clean\"", "'checkout'", "\"checkout\"", "'restore'", "\"restore\"", "'stash'", "\"stash\"", "git checkout", "git restore",
    "git stash", "rename(", "'r+'", "\"r+\"", "'w:", "\"w:", "inplace", "copyFile", "cpSync", "extractall", "urlretrieve", "IO.write",
    "Deno.remove", "Deno.write", "Bun.write", ".to_csv(", "shutil.unpack", "write.csv", "saveRDS", "file.remove", ",\">", ", \">", ",'>",
    ", '>", "Remove-Item", "Set-Content", "Out-File", "Move-Item", "Copy-Item", "Clear-Content", "delete-file", "write-region", "save-buffer",
    "write-file", "file delete", "file rename", "delete folder", "do shell script",
];

/// Programs that are also run as a file for an interpreter: beginnings of names (`bfg-1.14.0.jar`), the program.
pub(super) const AS_FILES: &[(&str, &str)] = &[
    ("bfg", "bfg"),
    ("git-filter-repo", "git-filter-repo"),
    ("git_filter_repo", "git-filter-repo"),
    ("rimraf", "rimraf"),
    ("del-cli", "del-cli"),
    ("shx", "shx"),
];

/// Programs whose first operand is a text that may write files.
pub(super) const SCRIPTS: &[(&str, &[&str])] = &[
    ("awk|mawk|nawk|busybox-awk", &["> \"", ">\"", "> $", ">$", "system(", "| \""]),
    ("deno", &["Deno.remove", "Deno.write", "Deno.rename", "Deno.truncate", "Deno.copy"]),
];
