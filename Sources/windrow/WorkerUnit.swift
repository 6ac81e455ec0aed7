/// A worker as a unit of the user's own systemd.
enum WorkerUnit {
    /// The unit's text.
    ///
    /// - Parameter options: of `windrow worker start`.
    static func text(options: [String]) -> String {
        let words = options.map { "\"\($0)\"" }.joined(separator: " ")
        return """
            [Unit]
            Description=Windrow worker
            Wants=network-online.target
            After=network-online.target

            [Service]
            ExecStart=%h/.local/bin/windrow worker start --join %h/.config/windrow/deploy.join \
            \(words)
            Restart=on-failure
            RestartSec=10
            RestartPreventExitStatus=69 77
            KillMode=mixed
            TimeoutStopSec=infinity
            NoNewPrivileges=yes

            [Install]
            WantedBy=default.target
            """
    }

    /// A line of shell that reads a join code, puts the unit in place and starts it.
    static func installation(options: [String]) -> String {
        """
        umask 077; cd "$HOME" && mkdir -p .config/windrow .config/systemd/user \
        && cat > .config/windrow/deploy.join \
        && printf '%s\\n' \(quoted(text(options: options))) \
        > .config/systemd/user/windrow-worker.service \
        && export XDG_RUNTIME_DIR="${XDG_RUNTIME_DIR:-/run/user/$(id -u)}" \
        && { loginctl enable-linger 2>/dev/null || true; } \
        && systemctl --user daemon-reload && systemctl --user enable windrow-worker.service \
        && systemctl --user restart windrow-worker.service
        """
    }
}
