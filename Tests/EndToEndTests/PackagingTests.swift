import Foundation
import Glibc
import Testing

/// What `scripts/package` packs, with the program of this build.
@Suite("Packages", .serialized)
struct PackagingTests {
    private static func isThere(_ program: String) -> Bool {
        (getenv("PATH").map { String(cString: $0) } ?? "").split(separator: ":").contains {
            access($0 + "/" + program, X_OK) == 0
        }
    }

    private static func pack(_ windrow: Windrow) throws {
        let output = try windrow.shell(
            "PACKAGE_LEVEL=1 '\(Windrow.package)/scripts/package' '\(Windrow.program)' dist")
        #expect(output.code == 0, "\(output.err)")
    }

    private static let arePackable = isThere("strip") && isThere("objdump") && isThere("gzip")

    @Test(
        "the archive has the program and all that belongs to it, the same bytes each time",
        .enabled(if: arePackable, "binutils are not installed"))
    func archive() throws {
        let windrow = try Windrow()
        try Self.pack(windrow)
        let output = try windrow.shell(
            "mkdir there && tar -xzf dist/*.tar.gz -C there --strip-components=1 && "
                + "there/windrow --version && ls there/man | wc -l && ls there/systemd && "
                + "wc -l < there/THIRD-PARTY && tar -tzvf dist/*.tar.gz | head -1")
        #expect(output.code == 0, "\(output.err)")
        let lines = output.out.split(separator: "\n")
        let version = try #require(try windrow.run("--version").out.split(separator: "\n").first)
        #expect(lines.first == version)
        #expect(output.out.contains("windrow-coordinator.service\nwindrow-worker.service\n"))
        #expect(output.out.contains(" 0/0 "), "files belong to nobody of this machine")
        for shell in ["bash", "zsh", "fish"] {
            #expect(windrow.lines("there/completions/windrow.\(shell)").count > 20)
        }
        let licences = windrow.lines("there/THIRD-PARTY").filter { $0.hasPrefix("==== ") }
        for project in ["swift-argument-parser", "swift-collections", "swift-protobuf", "Yams"] {
            #expect(licences.contains { $0.contains(project) }, "\(licences)")
        }
        _ = try windrow.shell("cd dist && sha256sum *.tar.gz *.deb >../first; rm -r *")
        #expect(!windrow.lines("first").isEmpty)
        try Self.pack(windrow)
        let again = try windrow.shell("cd dist && sha256sum -c ../first")
        #expect(again.code == 0, "\(again.out)\(again.err)")
    }

    @Test(
        "the Debian package installs into an empty root, works there, and goes again",
        .enabled(if: arePackable && isThere("dpkg-deb") && getuid() == 0, "no dpkg, or not root"))
    func debian() throws {
        let windrow = try Windrow()
        try Self.pack(windrow)
        // Its users must exist somewhere, and its dependencies are this machine's affair.
        let script = """
            set -e
            mkdir -p root/etc root/var/lib/dpkg/updates root/var/lib/dpkg/info
            touch root/var/lib/dpkg/status root/etc/passwd root/etc/group root/etc/shadow
            install() { dpkg --root="$PWD/root" --force-script-chrootless --force-depends "$@" 2>&1; }
            install -i dist/*.deb >log
            root/usr/bin/windrow --version
            cut -d: -f1,6,7 root/etc/passwd
            stat -c '%a %n' root/var/lib/windrow root/var/lib/windrow-worker root/etc/default/windrow
            gzip -dc root/usr/share/man/man1/windrow-run.1.gz | head -1
            head -c 8 root/usr/share/zsh/vendor-completions/_windrow; echo
            (cd root && md5sum --quiet -c var/lib/dpkg/info/windrow.md5sums) && echo sums agree
            echo kept >root/var/lib/windrow/results
            install --purge windrow >>log
            cat root/var/lib/windrow/results
            find root -name '*windrow*' ! -path 'root/var/*'
            """
        try windrow.write("script", script)
        let output = try windrow.shell("sh script || { cat log; exit 1; }")
        #expect(output.code == 0, "\(output.out)\(output.err)")
        for line in [
            "windrow:/var/lib/windrow:/usr/sbin/nologin",
            "windrow-worker:/var/lib/windrow-worker:/usr/sbin/nologin",
            "755 root/var/lib/windrow", "700 root/var/lib/windrow-worker",
            "644 root/etc/default/windrow", "#compdef", "sums agree", "kept",
        ] {
            #expect(output.out.split(separator: "\n").contains { $0.hasPrefix(line) }, "\(line)")
        }
        #expect(output.out.contains(".TH WINDROW\\-RUN 1 "))
        #expect(output.out.hasSuffix("kept\n"), "what was installed is gone: \(output.out)")
    }

    @Test(
        "systemd finds nothing wrong with the services, and little that they could harm",
        .enabled(if: isThere("systemd-analyze"), "systemd-analyze is not installed"))
    func services() throws {
        let windrow = try Windrow()
        let folder = windrow.folder.path
        for name in ["coordinator", "worker"] {
            let file = "windrow-\(name).service"
            let unit = try String(
                contentsOfFile: "\(Windrow.package)/cluster/packaging/\(file)", encoding: .utf8)
            #expect(unit.contains("ExecStart=/usr/bin/windrow \(name) start "))
            try windrow.write(
                file, unit.replacing("/usr/bin/windrow", with: Windrow.program))
            // Manual pages are looked for on this machine, where they may not be installed.
            let verified = try windrow.shell(
                "SYSTEMD_LOG_LEVEL=warning systemd-analyze verify --man=no '\(folder)/\(file)'")
            #expect(verified.code == 0 && verified.err.isEmpty, "\(verified.err)")
            // Of 100; a service without any of this has 96.
            let limit = name == "coordinator" ? 20 : 25
            let secured = try windrow.shell(
                "systemd-analyze security --offline=true --no-pager --threshold=\(limit) "
                    + "'\(folder)/\(file)'")
            #expect(secured.code == 0, "\(secured.out)\(secured.err)")
            // Each option that a service is started with is one of the program's.
            let help = try windrow.run(name, "start", "--help").out
            let line = try #require(
                unit.split(separator: "\n").first { $0.hasPrefix("ExecStart=") })
            for option in Help.options(in: String(line)) { #expect(help.contains(option)) }
        }
        try windrow.write("wrong.service", "[Service]\nExecStart=/nowhere/at/all\nNonsense=1\n")
        let wrong = try windrow.shell("systemd-analyze verify --man=no '\(folder)/wrong.service'")
        #expect(wrong.code != 0 || !wrong.err.isEmpty, "it would find something")
    }
}
