import Glibc
import SweepWire
import Testing

@testable import ClusterKeys

/// A folder that goes with its owner.
final class TemporaryFolder {
    let path: String

    init() throws {
        var template = Array("/tmp/windrow-keys-XXXXXX".utf8CString)
        let made = mkdtemp(&template)
        path = String(cString: try #require(made))
    }

    deinit {
        if let directory = opendir(path) {
            while let entry = readdir(directory) {
                let name = withUnsafePointer(to: &entry.pointee.d_name) {
                    $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
                }
                unlink(path + "/" + name)
            }
            closedir(directory)
        }
        rmdir(path)
    }
}

@Suite("Key files and join codes")
struct KeyFileTests {
    private let coordinator = KeyPair.random().publicKey

    private func workerFile() -> KeyFile {
        var file = KeyFile(.worker, .random(), coordinator: coordinator, address: "tcp://h:1")
        file.slots = 8
        file.tags = ["fast", "gpu"]
        file.isEnrolled = true
        return file
    }

    @Test("a key file holds what was written, with mode 600")
    func roundTrip() throws {
        let folder = try TemporaryFolder()
        let path = folder.path + "/worker.key"
        let file = workerFile()
        try SecretFile.write(file.text, to: path)
        #expect(try KeyFile(path: path, expecting: .worker) == file)
        var status = stat()
        #expect(stat(path, &status) == 0)
        #expect(status.st_mode & 0o777 == 0o600)
    }

    @Test(
        "a key file that others may read or write is refused, with what to do",
        arguments: [
            0o640, 0o604, 0o620, 0o666, 0o601,
        ] as [mode_t])
    func loose(mode: mode_t) throws {
        let folder = try TemporaryFolder()
        let path = folder.path + "/worker.key"
        let file = workerFile()
        try SecretFile.write(file.text, to: path)
        chmod(path, mode)
        do throws(KeyProblem) {
            _ = try KeyFile(path: path, expecting: .worker)
            Issue.record("it was read with mode \(String(mode, radix: 8))")
        } catch {
            #expect(error.kind == .loose)
            #expect(error.description.contains("chmod 600 \(path)"))
        }
    }

    @Test("a damaged key file is refused without a word of its content")
    func damaged() throws {
        let folder = try TemporaryFolder()
        let path = folder.path + "/worker.key"
        let file = workerFile()
        let secret = hexadecimalDigits(file.pair.secret)
        for text in [
            file.text.replacing(secret, with: String(secret.dropLast())),
            file.text.replacing("windrow-key 1", with: "windrow-key 2"),
            file.text.replacing("owner worker", with: "owner nobody"),
            file.text.replacing("coordinator-key ", with: "coordinator-key x"), secret, "",
        ] {
            try SecretFile.write(text, to: path)
            do throws(KeyProblem) {
                _ = try KeyFile(path: path, expecting: .worker)
                Issue.record("it was read: \(text)")
            } catch {
                #expect(error.kind == .malformed)
                #expect(!error.description.contains(secret.prefix(16)))
            }
        }
        try SecretFile.write(file.text, to: path)
        #expect(throws: KeyProblem.self) { _ = try KeyFile(path: path, expecting: .operator) }
    }

    @Test("a file in the way is not replaced by a new key")
    func isNew() throws {
        let folder = try TemporaryFolder()
        let path = folder.path + "/worker.key"
        try SecretFile.write("first", to: path, isNew: true)
        #expect(throws: KeyProblem.self) {
            try SecretFile.write("second", to: path, isNew: true)
        }
        #expect(try SecretFile.read(path) == "first")
    }

    @Test("nothing that describes a key pair or an invitation shows its secret")
    func descriptions() {
        let pair = KeyPair.random()
        let code = JoinCode(address: "tcp://head:7461", coordinator: coordinator)
        var text = "\(pair) \(code) "
        dump(pair, to: &text)
        dump(code, to: &text)
        dump(workerFile(), to: &text)
        debugPrint(pair, code, to: &text)
        #expect(!text.contains(hexadecimalDigits(pair.secret).prefix(16)))
        #expect(!text.contains(code.text.prefix(24)))
        #expect(!text.contains("secret"))
    }

    @Test("a join code is read as it was written, also among comments and broken lines")
    func joinCode() throws {
        let code = JoinCode(address: "tcp://10.0.0.1:7461", coordinator: coordinator)
        #expect(try JoinCode(code.text, source: "x") == code)
        #expect(try JoinCode(code.file("A note."), source: "x") == code)
        let broken = "  " + code.text.prefix(30) + "\n" + code.text.dropFirst(30) + " \n"
        #expect(try JoinCode(broken, source: "x") == code)
        #expect(code.pair == (try JoinCode(code.text, source: "x")).pair)
        #expect(code.text.utf8.count < 120)
    }

    @Test("a join code with any letter changed, lost or added is refused, and not shown")
    func damagedCode() {
        let code = JoinCode(address: "tcp://10.0.0.1:7461", coordinator: coordinator).text
        var wrong: [String] = ["", "hello", code + "A", code + code]
        for position in code.indices {
            var text = code
            text.remove(at: position)
            wrong.append(text)
            text = code
            text.replaceSubrange(position...position, with: code[position] == "Q" ? "R" : "Q")
            wrong.append(text)
        }
        for text in wrong {
            do throws(KeyProblem) {
                _ = try JoinCode(text, source: "lab.join")
                Issue.record("it was read: \(text)")
            } catch {
                #expect(error.description.hasPrefix("lab.join: "))
                #expect(!error.description.contains(code.dropFirst(4).prefix(16)))
            }
        }
    }

    @Test("a secret half gives its public half again")
    func publicHalf() {
        let pair = KeyPair.random()
        #expect(KeyPair(secret: pair.secret)?.publicKey == pair.publicKey)
        #expect(KeyPair(secret: []) == nil)
    }
}
