import Experiments
import Testing

@Suite struct HelpListingTests {
    /// What is read of each option, on a line: `--lr METAVAR =default {choices} required flag: help`.
    private static func summary(_ text: String) -> [String] {
        HelpListing(text).options.map { option in
            var line = option.names.joined(separator: ",")
            if let metavar = option.metavar { line += " " + metavar }
            if option.takesSeveral { line += " several" }
            if let standard = option.standard { line += " =" + standard }
            if !option.choices.isEmpty { line += " {\(option.choices.joined(separator: ","))}" }
            if option.isRequired { line += " required" }
            if option.isFlag { line += " flag" }
            return option.help.isEmpty ? line : line + ": " + option.help
        }
    }

    @Test func `argparse: defaults in parentheses, choices in braces, wants from the usage`() {
        let text = """
            usage: train.py [-h] --data DATA [--lr LR] [--model {mlp,cnn}] [-b BATCH]
                            [--betas BETAS BETAS] [--layers N [N ...]] [--nesterov]
                            [--shuffle | --no-shuffle]

            Trains a network -- slowly.

            positional arguments:
              out                   where results go

            options:
              -h, --help            show this help message and exit
              --data DATA           the file
              --lr LR               learning rate (default: 0.1)
              --model {mlp,cnn}     which network (default: mlp)
              -b BATCH, --batch-size BATCH
                                    rows that are looked at
                                    - in each round (default: 32)
              --betas BETAS BETAS   of Adam (default: (0.9, 0.999))
              --layers N [N ...]    widths
              --nesterov            look ahead (default: False)
              --shuffle, --no-shuffle
                                    in each epoch (default: True)
              --out-dir OUT_DIR     (default: None)
            """
        #expect(
            Self.summary(text) == [
                "--data DATA required: the file", "--lr LR =0.1: learning rate",
                "--model {mlp,cnn} =mlp {mlp,cnn}: which network",
                "-b,--batch-size BATCH =32: rows that are looked at - in each round",
                "--betas BETAS BETAS several =(0.9, 0.999): of Adam",
                "--layers N [N ...] several: widths", "--nesterov =False flag: look ahead",
                "--shuffle,--no-shuffle =True flag: in each epoch", "--out-dir OUT_DIR",
            ])
    }

    @Test func `argparse of Python 3.13 names the value once`() {
        let text = """
            usage: t [-h] [-b BATCH]

            options:
              -h, --help         show this help message and exit
              -b, --batch BATCH  rows (default: 32)
            """
        #expect(Self.summary(text) == ["-b,--batch BATCH =32: rows"])
    }

    @Test func `click: brackets behind the description`() {
        let text = """
            Usage: train.py [OPTIONS] DATA

            Options:
              --lr FLOAT                     Learning rate.  [default: 0.1]
              --model [mlp|cnn]              [default: mlp]
              -e, --epochs INTEGER RANGE     [default: 10; 1<=x<=100]
              --pair <FLOAT FLOAT>...        Two numbers.
              --nesterov / --no-nesterov     Look ahead.  [default: no-nesterov]
              --seed INTEGER                 [required]
              --name TEXT                    Name, with (a remark).
              --help                         Show this message and exit.
            """
        #expect(
            Self.summary(text) == [
                "--lr FLOAT =0.1: Learning rate.", "--model [mlp|cnn] =mlp {mlp,cnn}",
                "-e,--epochs INTEGER RANGE =10", "--pair <FLOAT FLOAT>... several: Two numbers.",
                "--nesterov,--no-nesterov =no-nesterov flag: Look ahead.",
                "--seed INTEGER required", "--name TEXT: Name, with (a remark).",
            ])
    }

    @Test func `typer: a frame with columns, and a star for what is wanted`() {
        let text = """

             Usage: train.py [OPTIONS]

             Trains.

            ╭─ Options ────────────────────────────────────────────────────────────────────╮
            │ *  --data                       TEXT       The file. [required]              │
            │    --lr           -l            FLOAT      Learning rate. [default: 0.1]     │
            │    --model                      [mlp|cnn]  Which network.                    │
            │                                            [default: mlp]                    │
            │    --nesterov         --no-nesterov        Look ahead.                       │
            │                                            [default: no-nesterov]            │
            │    --install-completion                    Install completion.               │
            │    --help                                  Show this message and exit.       │
            ╰──────────────────────────────────────────────────────────────────────────────╯
            """
        #expect(
            Self.summary(text) == [
                "--data TEXT required: The file.", "--lr,-l FLOAT =0.1: Learning rate.",
                "--model [mlp|cnn] =mlp {mlp,cnn}: Which network.",
                "--nesterov,--no-nesterov =no-nesterov flag: Look ahead.",
            ])
    }

    @Test func `absl: a colon behind the name, one thing a line`() {
        let text = """
            Trains a network.
            flags:

            train.py:
              --lr: Learning rate.
                (default: '0.1')
                (a number)
              --model: <mlp|cnn>: Which network.
                (default: 'mlp')
              --[no]nesterov: Look ahead.
                (default: 'false')
              -s,--steps: How many.
                (default: '100')
                (an integer)

            Try --helpfull to get a list of all flags.
            """
        #expect(
            Self.summary(text) == [
                "--lr =0.1: Learning rate.", "--model <mlp|cnn> =mlp {mlp,cnn}: Which network.",
                "--nesterov =false flag: Look ahead.", "-s,--steps =100: How many.",
            ])
    }

    @Test func `Swift's ArgumentParser: values and defaults in one bracket`() {
        let text = """
            OVERVIEW: Trains.

            USAGE: train --data <data> [--lr <lr>] [--model <model>] [--verbose]

            ARGUMENTS:
              <out>                   Where results go.

            OPTIONS:
              --data <data>           The file.
              --lr <lr>               Learning rate. (default: 0.1)
              --model <model>         Which network. (values: mlp, cnn; default: mlp)
              -n, --rounds <rounds>   How many. (default: 100)
              --log/--no-log          Keep a log. (default: --log)
              -h, --help              Show help information.
            """
        #expect(
            Self.summary(text) == [
                "--data <data> required: The file.", "--lr <lr> =0.1: Learning rate.",
                "--model <model> =mlp {mlp,cnn}: Which network.",
                "-n,--rounds <rounds> =100: How many.",
                "--log,--no-log =--log flag: Keep a log.",
            ])
    }

    @Test func `clap, long and short`() {
        let text = """
            Usage: train [OPTIONS] --data <DATA>

            Options:
              -d, --data <DATA>      The file
                  --lr <LR>          Learning rate [default: 0.1]
              -m, --model <MODEL>
                      Which network

                      [default: mlp]
                      [possible values: mlp, cnn]

              -v, --verbose...       Say more
              -V, --version          Print version
            """
        #expect(
            Self.summary(text) == [
                "-d,--data <DATA> required: The file", "--lr <LR> =0.1: Learning rate",
                "-m,--model <MODEL> =mlp {mlp,cnn}: Which network",
                "-v,--verbose flag: Say more",
            ])
    }

    @Test func `Go's flag and pflag`() {
        let flag =
            "Usage of ./train:\n  -lr float\n    \tlearning rate (default 0.1)\n"
            + "  -model string\n    \twhich \"network\" (default \"mlp\")\n  -v\tsay more\n"
        #expect(
            Self.summary(flag) == [
                "-lr float =0.1: learning rate", "-model string =mlp: which \"network\"",
                "-v flag: say more",
            ])
        let pflag = """
            Flags:
              -h, --help           help for train
                  --lr float       learning rate (default 0.1)
                  --model string   which network (default "mlp")
            """
        #expect(
            Self.summary(pflag) == [
                "--lr float =0.1: learning rate", "--model string =mlp: which network",
            ])
    }

    @Test func `programs with getopt, and docopt`() {
        let text = """
            Usage: shuffle [OPTION]... [FILE]
            Write lines in another order.

              -n, --head-count=COUNT    output at most COUNT lines
                  --random-source=FILE  get random bytes from FILE
                  --color[=WHEN]        colour, default: auto
              -r, --repeat              output lines can be repeated
                  --rate=<r>  The rate, 0.5 .. 1.  Defaults to 0.75.
                  --help        display this help and exit
            """
        #expect(
            Self.summary(text) == [
                "-n,--head-count COUNT: output at most COUNT lines",
                "--random-source FILE: get random bytes from FILE",
                "--color WHEN =auto: colour", "-r,--repeat flag: output lines can be repeated",
                "--rate <r> =0.75: The rate, 0.5 .. 1.",
            ])
    }

    @Test func `colours do not matter`() {
        let text =
            "options:\n  \u{1b}[1;36m--lr\u{1b}[0m \u{1b}[33mLR\u{1b}[0m   rate (default: 1)\n"
        #expect(Self.summary(text) == ["--lr LR =1: rate"])
    }

    @Test(
        arguments: [
            "", "\n\n", "Training for 10 epochs\nepoch 1: loss -0.5\n",
            "-0.5 1.5\n- an item\n-- two",
            "[[[[((((", "--", "-", "  --\n  -\n", "usage:", "│", "╭", "--=", "\u{1b}[", "- -x",
        ])
    func `what is no listing has no options`(text: String) {
        #expect(Self.summary(text) == [])
    }

    @Test(arguments: ["--a [b", "--a {b", "--a=", "--a[=", "--a <b|", "  --a (default", "--a: <b"])
    func `a listing that breaks off is read as far as it goes`(text: String) {
        #expect(HelpListing(text).options.map(\.name) == ["--a"])
    }

    @Test func `a listing that is cut anywhere is read up to there`() {
        let text = """
            usage: t [-h] --data DATA [--betas B [B ...]]
              --data DATA           file (default: None)
              -b B, --batch {1,2}   rows [possible values: a, b; default: (1, [2])] (of
            │ *  --lr  -l  FLOAT  rate [default: 'x'] │
              --[no]x: <a|b>: text (default: '1')
              --y[=WHEN] / --no-y   Defaults to "z".
            """
        var most = 0
        for end in text.indices {
            let count = HelpListing(String(text[..<end])).options.count
            #expect(count <= 5)
            most = max(most, count)
        }
        #expect(most == 5)
    }

    @Test func `an option that is listed twice is read once`() {
        #expect(Self.summary("  --a N   (default: 1)\n  --a N   (default: 2)") == ["--a N =1"])
    }
}
