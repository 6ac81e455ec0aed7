import Foundation
import Testing

/// `scripts/reproduce` with the images that a person has, in the formats in which they are handed out.
@Suite("Reproduction")
struct ReproductionTests {
    private static let classes = 10

    /// Rows whose bytes tell their class.
    private static func image(_ row: Int, bytes: Int) -> [UInt8] {
        (0..<bytes).map { UInt8(($0 * (row % classes + 1) * 7) % 256) }
    }

    private static func bigEndian(_ number: Int) -> [UInt8] {
        [24, 16, 8, 0].map { UInt8(number >> $0 & 255) }
    }

    /// Writes MNIST as its authors do: IDX, 28 × 28 bytes.
    private static func writeDigits(_ rows: Int, in windrow: Windrow, _ folder: String) throws {
        var images: [UInt8] = [0, 0, 8, 3] + bigEndian(rows) + bigEndian(28) + bigEndian(28)
        for row in 0..<rows { images += image(row, bytes: 28 * 28) }
        let labels = [0, 0, 8, 1] + bigEndian(rows) + (0..<rows).map { UInt8($0 % classes) }
        try write(images, windrow, folder, "train-images-idx3-ubyte")
        try write(labels, windrow, folder, "train-labels-idx1-ubyte")
    }

    /// Writes CIFAR-10's binary version: a class and 3 · 32 · 32 bytes, in five files.
    private static func writeCIFAR(_ rows: Int, in windrow: Windrow, _ folder: String) throws {
        for batch in 1...5 {
            let bytes = (0..<rows).flatMap { row in
                [UInt8((row + batch) % classes)] + image(row + batch, bytes: 3 * 32 * 32)
            }
            try write(bytes, windrow, folder, "data_batch_\(batch).bin")
        }
    }

    private static func write(
        _ bytes: [UInt8], _ windrow: Windrow, _ folder: String, _ name: String
    ) throws {
        let place = URL(fileURLWithPath: windrow.folder.path).appendingPathComponent(folder)
        try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
        try Data(bytes).write(to: place.appendingPathComponent(name))
    }

    /// The commands that `scripts/reproduce` would run for the network.
    private static func list(_ windrow: Windrow, images: String) throws -> Windrow.Output {
        try windrow.shell(
            "'\(Windrow.package)/scripts/reproduce' --list --scale 0.02 --only econtrol/network "
                + "--windrow '\(Windrow.program)' --runs runs --images '\(images)'")
    }

    private static let hasPython = (try? Windrow().shell("python3 --version").code) == 0

    @Test(
        "the network runs on MNIST and CIFAR-10 in their binary formats",
        .enabled(if: hasPython, "python3 is not installed"),
        arguments: [("mnist", "pictures"), ("cifar10", "pictures/cifar-10-batches-bin")])
    func images(kind: String, folder: String) throws {
        let windrow = try Windrow()
        if kind == "mnist" {
            try Self.writeDigits(40, in: windrow, folder)
        } else {
            try Self.writeCIFAR(8, in: windrow, folder)
        }
        let listed = try Self.list(windrow, images: "pictures")
        #expect(listed.code == 0, "\(listed.err)")
        let commands = listed.out.split(separator: "\n")
        #expect(commands.count == 2, "the digits of the tree, and these images")
        let command = try #require(commands.first { $0.contains("econtrol-network-\(kind)") })
        let small = "rounds=2 log-every=1 clients=2 batch=2 width=2 seed=0 step-size=0.01"
        let run = try windrow.shell("\(command) \(small) method=sgd,econtrol")
        #expect(run.code == 0, "\(run.err)")
        let rows = windrow.lines("runs/econtrol-network-\(kind)/results.csv")
        #expect(rows.count == 3, "\(rows)")
        #expect(rows.dropFirst().allSatisfy { $0.contains(",ok,") }, "\(rows)")
    }

    @Test(
        "what a folder of images lacks is said, with the name that was expected",
        .enabled(if: hasPython, "python3 is not installed"))
    func lack() throws {
        let windrow = try Windrow()
        try Self.writeDigits(4, in: windrow, "digits")
        try Self.writeCIFAR(1, in: windrow, "colours")
        _ = try windrow.shell(
            "mkdir empty; rm digits/train-labels-idx1-ubyte colours/data_batch_3.bin")
        for (folder, lack) in [
            ("digits", "train-labels-idx1-ubyte"), ("colours", "lacks data_batch_3.bin"),
            ("empty", "has neither MNIST"), ("nowhere", "no folder at"),
        ] {
            let listed = try Self.list(windrow, images: folder)
            #expect(listed.code == 2)
            #expect(listed.err.contains(lack), "\(listed.err)")
            #expect(listed.out.isEmpty)
        }
    }
}
