/// A lab's machines, as `cluster/lab.yaml` lists them.
package struct ClusterInventory: Sendable, Hashable {
    /// One machine.
    package struct Node: Sendable, Hashable {
        /// Where it stands in the file, for messages: `cluster/lab.yaml:4:5`.
        package var place = ""
        package var host = ""
        package var user: String?
        package var sshPort: Int?
        package var slots: Int?
        package var tags: [String] = []
        package var gpus: [String] = []
        package var systemd = false
        /// As `windrow worker start` takes them.
        package var nice: Int?
        package var only: String?
        package var idleExit: String?
        package var yieldsToUsers = false

        /// As ssh and `windrow worker deploy` take it: `USER@HOST:PORT`.
        package var address: String {
            (user.map { $0 + "@" } ?? "") + host + (sshPort.map { ":\($0)" } ?? "")
        }
    }

    /// What is wrong, with its place.
    package struct Problem: Error, Sendable, CustomStringConvertible {
        package let description: String
    }

    package private(set) var nodes: [Node] = []

    private static let keys = [
        "host", "user", "ssh-port", "slots", "tags", "gpus", "systemd", "nice", "only",
        "idle-exit", "yield-to-users",
    ]
    /// Machines at most.
    private static let maximumCount = 10_000

    /// Reads an inventory.
    ///
    /// - Parameters:
    ///   - text: the YAML.
    ///   - file: its name, for messages.
    package init(_ text: String, file: String) throws(Problem) {
        let tree: YAMLTree
        do throws(YAMLProblem) {
            guard text.contains(where: { !$0.isWhitespace }) else {
                throw YAMLProblem(nil, 1, 1, "the file is empty; expected 'nodes:' and a list")
            }
            tree = try YAMLTree.parse(text)
            try read(tree, file)
        } catch {
            throw Problem(description: "\(error.place.description(in: file)): \(error.text)")
        }
    }

    private mutating func read(_ tree: YAMLTree, _ file: String) throws(YAMLProblem) {
        guard let entries = tree.map else {
            throw YAMLProblem(tree.place, "expected 'nodes:' and a list, found \(tree.kind)")
        }
        for entry in entries where !["defaults", "nodes"].contains(entry.key) {
            throw YAMLProblem(
                entry.keyPlace,
                "unknown key '\(YAMLTree.short(entry.key))': expected defaults or nodes")
        }
        var defaults = Node()
        if let tree = tree["defaults"] {
            try Self.read(tree, into: &defaults)
            guard defaults.host.isEmpty else {
                throw YAMLProblem(tree.place, "defaults: 'host' belongs to a node")
            }
        }
        guard let list = tree["nodes"]?.list, !list.isEmpty else {
            throw YAMLProblem(
                tree["nodes"]?.place ?? tree.place,
                "expected 'nodes:' and a list such as - {host: pc7, slots: 8}")
        }
        guard list.count <= Self.maximumCount else {
            throw YAMLProblem(tree.place, "more than \(Self.maximumCount) nodes")
        }
        var known: [String: Place] = [:]
        for element in list {
            var node = defaults
            node.place = element.place.description(in: file)
            try Self.read(element, into: &node)
            guard !node.host.isEmpty else {
                throw YAMLProblem(element.place, "a node without 'host'")
            }
            if let first = known[node.address] {
                throw YAMLProblem(
                    element.place,
                    "'\(node.address)' is listed already, at \(first.description(in: file))")
            }
            known[node.address] = element.place
            nodes.append(node)
        }
    }

    private static func read(_ tree: YAMLTree, into node: inout Node) throws(YAMLProblem) {
        guard let entries = tree.map else {
            throw YAMLProblem(
                tree.place, "expected a map such as {host: pc7, slots: 8}, found \(tree.kind)")
        }
        for entry in entries {
            let value = entry.value
            switch entry.key {
            case "host": node.host = try name(entry)
            case "user": node.user = try name(entry)
            case "ssh-port": node.sshPort = try number(entry, 1...65535)
            case "slots": node.slots = try number(entry, 1...4096)
            case "nice": node.nice = try number(entry, 0...19)
            case "only": node.only = try text(entry)
            case "idle-exit": node.idleExit = try text(entry)
            case "systemd": node.systemd = try flag(entry)
            case "yield-to-users": node.yieldsToUsers = try flag(entry)
            case "tags":
                node.tags = try words(entry)
                guard node.tags.allSatisfy(Placement.isTag) else {
                    throw YAMLProblem(
                        value.place, "tags: expected words of \(Placement.tagRule)")
                }
            case "gpus": node.gpus = try words(entry)
            default:
                throw YAMLProblem(
                    entry.keyPlace,
                    "unknown key '\(YAMLTree.short(entry.key))': expected one of "
                        + keys.joined(separator: ", "))
            }
        }
    }

    private static func text(_ entry: YAMLTree.Entry) throws(YAMLProblem) -> String {
        guard let text = entry.value.text, !text.isEmpty else {
            throw YAMLProblem(
                entry.value.place, "\(entry.key): expected a text, found \(entry.value.kind)")
        }
        return text
    }

    private static func name(_ entry: YAMLTree.Entry) throws(YAMLProblem) -> String {
        let text = try text(entry)
        guard HostName.isValid(text) else {
            throw YAMLProblem(
                entry.value.place,
                "\(entry.key): '\(YAMLTree.short(text))': expected letters, digits, '.', '-' and "
                    + "'_', and no '-' first")
        }
        return text
    }

    private static func number(
        _ entry: YAMLTree.Entry, _ bounds: ClosedRange<Int>
    ) throws(YAMLProblem) -> Int {
        guard let number = entry.value.text.flatMap({ Int($0) }), bounds.contains(number) else {
            throw YAMLProblem(
                entry.value.place,
                "\(entry.key): expected a whole number from \(bounds.lowerBound) to "
                    + "\(bounds.upperBound), found \(entry.value.kind)")
        }
        return number
    }

    private static func flag(_ entry: YAMLTree.Entry) throws(YAMLProblem) -> Bool {
        switch entry.value.text {
        case "true": return true
        case "false": return false
        default:
            throw YAMLProblem(
                entry.value.place,
                "\(entry.key): expected true or false, found \(entry.value.kind)")
        }
    }

    private static func words(_ entry: YAMLTree.Entry) throws(YAMLProblem) -> [String] {
        let elements = entry.value.list ?? [entry.value]
        var words: [String] = []
        for element in elements {
            guard let word = element.text, !word.isEmpty, !word.contains(where: ", \n".contains)
            else {
                throw YAMLProblem(
                    element.place, "\(entry.key): expected a list of words, found \(element.kind)")
            }
            words.append(word)
        }
        return words
    }
}

/// Names of machines and users, as they may stand in a command.
package enum HostName {
    /// Whether a text may be a name or an address; one that opens with `-` would be an option.
    package static func isValid(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.count <= 253 && text.utf8.first != UInt8(ascii: "-")
            && text.utf8.allSatisfy { byte in
                switch byte {
                case 48...57, 65...90, 97...122: true
                default: "._-".utf8.contains(byte)
                }
            }
    }
}
