import Testing

@testable import SweepCore

@Suite("The list of a lab's machines")
struct ClusterInventoryTests {
    private func problem(_ text: String) -> String? {
        do {
            _ = try ClusterInventory(text, file: "lab.yaml")
            return nil
        } catch {
            return error.description
        }
    }

    @Test("defaults hold for all nodes, and each may say something else")
    func defaults() throws {
        let inventory = try ClusterInventory(
            """
            defaults: {user: ada, slots: 4, tags: [lab]}
            nodes:
              - {host: pc1}
              - {host: pc2, slots: 8, ssh-port: 2222, tags: [fast, gpu], gpus: [0, 1]}
              - {host: 10.0.0.7, user: bob, systemd: true, nice: 19, only: "20:00-07:00"}
              - {host: pc2, idle-exit: 1h, yield-to-users: true}
            """, file: "lab.yaml")
        #expect(
            inventory.nodes.map(\.address) == [
                "ada@pc1", "ada@pc2:2222", "bob@10.0.0.7", "ada@pc2",
            ])
        #expect(inventory.nodes.map(\.slots) == [4, 8, 4, 4])
        #expect(inventory.nodes[0].tags == ["lab"])
        #expect(inventory.nodes[1].tags == ["fast", "gpu"])
        #expect(inventory.nodes[1].gpus == ["0", "1"])
        #expect(inventory.nodes[2].systemd && inventory.nodes[2].nice == 19)
        #expect(inventory.nodes[2].only == "20:00-07:00")
        #expect(inventory.nodes[3].idleExit == "1h" && inventory.nodes[3].yieldsToUsers)
        #expect(inventory.nodes[1].place == "lab.yaml:4:5")
    }

    @Test(
        "what is wrong is said with its place and what was expected",
        arguments: [
            ("", "lab.yaml:1:1: the file is empty"),
            ("- pc1", "lab.yaml:1:1: expected 'nodes:'"),
            ("nodes: []", "lab.yaml:1:8: expected 'nodes:'"),
            ("hosts: [a]", "lab.yaml:1:1: unknown key 'hosts': expected defaults or nodes"),
            ("nodes:\n  - pc1", "lab.yaml:2:5: expected a map"),
            ("nodes:\n  - {slots: 1}", "lab.yaml:2:5: a node without 'host'"),
            ("nodes:\n  - {host: pc1, slot: 1}", "lab.yaml:2:17: unknown key 'slot'"),
            ("nodes:\n  - {host: pc1, slots: 0}", "slots: expected a whole number from 1 to 4096"),
            ("nodes:\n  - {host: pc1, slots: many}", "found 'many'"),
            ("nodes:\n  - {host: -oProxyCommand=id}", "lab.yaml:2:12: host: "),
            ("nodes:\n  - {host: 'a;id'}", "lab.yaml:2:12: host: "),
            ("nodes:\n  - {host: pc1, systemd: yes}", "systemd: expected true or false"),
            ("nodes:\n  - {host: pc1, tags: ['a b']}", "tags: expected"),
            ("nodes:\n  - {host: pc1, ssh-port: 70000}", "from 1 to 65535"),
            ("nodes:\n  - {host: a}\n  - {host: a}", "lab.yaml:3:5: 'a' is listed already, at"),
            ("defaults: {host: a}\nnodes:\n  - {host: a}", "'host' belongs to a node"),
            ("nodes: [", "this is not YAML"),
        ])
    func problems(text: String, message: String) throws {
        let found = try #require(problem(text))
        #expect(found.contains(message), "\(found)")
    }
}
