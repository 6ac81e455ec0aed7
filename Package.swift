// swift-tools-version: 6.2

import PackageDescription

/// CI builds with warnings as errors; a user's newer compiler should not be stopped by a warning.
let strict = Context.environment["WINDROW_STRICT"] != nil

let ours: [SwiftSetting] =
    [.enableUpcomingFeature("ExistentialAny")]
    + (strict ? [.treatAllWarnings(as: .error)] : [])

/// `make dist` links libraries into the program that a machine may lack: the folder of their archives.
let archives = Context.environment["WINDROW_STATIC"]

/// A library, or its archive with what that needs in turn.
func linked(_ name: String, _ files: [String]) -> [LinkerSetting] {
    guard let archives else { return [.linkedLibrary(name)] }
    return [
        .unsafeFlags(
            files.map { archives + "/" + $0 }
                // Swift's own archives ask for libstdc++ by name: it is found there first.
                + ["-L", archives, "-Xclang-linker", "-static-libgcc"])
    ]
}

/// Numeric code is optimised in every build: its tests run on real data.
///
/// Accesses to stored properties are not checked at run time: its classes are confined to one thread.
let numeric =
    ours
    + [
        .unsafeFlags(["-O"], .when(configuration: .debug)),
        .unsafeFlags(["-enforce-exclusivity=unchecked"]),
    ]

/// The kernels' one source, built for a level of x86-64: `Sources/KernelsV2` and its like are links
/// to `Sources/KernelsPortable`.
///
/// Eight loads were faster than a gather where this was measured. `WIDE_REGISTERS` says that there
/// are 32 registers of 64 bytes, for tiles that take so many; no bit of a result depends on it.
func kernels(_ name: String, _ level: String, _ more: [SwiftSetting] = []) -> Target {
    .target(
        name: name, dependencies: ["KernelInterface"],
        swiftSettings: numeric
            + [.unsafeFlags(["-Xcc", "-march=" + level, "-Xcc", "-mno-gather"])] + more)
}

#if arch(x86_64)
    let kernelLevels = [
        kernels("KernelsV2", "x86-64-v2"), kernels("KernelsV3", "x86-64-v3"),
        kernels("KernelsV4", "x86-64-v4", [.define("WIDE_REGISTERS")]),
    ]
#else
    let kernelLevels: [Target] = []
#endif

/// Only `make fuzz` knows this target: it links libFuzzer, which brings a main function of its own.
let fuzzing: [Target] =
    Context.environment["WINDROW_FUZZ"] == nil
    ? []
    : [
        .executableTarget(
            name: "windrow-fuzz", dependencies: ["SweepCore", "SweepWire", "SweepCoordinator"],
            path: "Tests/Fuzzing", swiftSettings: ours,
            linkerSettings: [.unsafeFlags(["-sanitize=fuzzer,address", "-use-ld=lld"])])
    ]

/// `make bench` builds its program, and nobody else.
let bench: [Target] =
    Context.environment["WINDROW_BENCH"] == nil
    ? []
    : [
        .target(
            name: "CTwin", path: "Tests/Benchmarks/CTwin",
            cSettings: [.unsafeFlags(["-O3", "-march=native"])]),
        .executableTarget(
            name: "windrow-bench",
            dependencies: [
                "CTwin", "CompressedSGD", "Experiments", "KernelChoice", "KernelInterface",
                "SweepCore", "SweepStore",
            ],
            path: "Tests/Benchmarks/windrow-bench", exclude: ["peers.py"],
            swiftSettings: numeric),
        .executableTarget(
            name: "windrow-crowd",
            dependencies: ["ClusterKeys", "SweepCore", "SweepWire", "SweepWorker", "ZeroMQ"],
            path: "Tests/Benchmarks/windrow-crowd", swiftSettings: ours),
    ]

/// `make simulate` builds its program, and nobody else.
let simulation: [Target] =
    Context.environment["WINDROW_SIM"] == nil
    ? []
    : [
        .executableTarget(
            name: "windrow-sim", dependencies: ["ClusterSimulation"],
            path: "Tests/Simulation/windrow-sim", swiftSettings: ours)
    ]

let package = Package(
    name: "windrow",
    products: [.executable(name: "windrow", targets: ["windrow"])],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-protobuf", from: "1.39.0", traits: []),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        .package(url: "https://github.com/swhitty/FlyingFox", from: "0.27.1"),
    ],
    targets: [
        .systemLibrary(name: "CZeroMQ", providers: [.apt(["libzmq3-dev"])]),
        .systemLibrary(name: "CSodium", providers: [.apt(["libsodium-dev"])]),
        .systemLibrary(name: "CZlib", providers: [.apt(["zlib1g-dev"])]),
        .target(name: "CProcess"),
        .target(name: "Processes", dependencies: ["CProcess"], swiftSettings: ours),
        .target(
            name: "ZeroMQ",
            dependencies: [
                "CZeroMQ", "CProcess", .product(name: "DequeModule", package: "swift-collections"),
            ] + (archives == nil ? [] : ["CTransports"]),
            swiftSettings: ours,
            linkerSettings: linked(
                "zmq", ["libzmq.a", "libsodium.a", "libbsd.a", "libmd.a", "libstdc++.a"])),
        .target(
            name: "SweepCore",
            dependencies: ["CSodium", .product(name: "Yams", package: "Yams")],
            swiftSettings: ours,
            linkerSettings: linked("sodium", [])),
        .target(name: "CProcessor"),
        .target(name: "KernelInterface", swiftSettings: numeric),
        .target(
            name: "KernelsPortable", dependencies: ["KernelInterface"], swiftSettings: numeric),
        .target(
            name: "KernelChoice",
            dependencies: ["CProcessor", "KernelInterface", "KernelsPortable"]
                + kernelLevels.map { .byName(name: $0.name) },
            swiftSettings: numeric),
        .target(
            name: "CompressedSGD",
            dependencies: ["CZlib", "KernelChoice", "KernelInterface"],
            swiftSettings: numeric,
            linkerSettings: linked("z", ["libz.a"])),
        .target(
            name: "Experiments",
            dependencies: [
                "SweepCore", "CompressedSGD", "KernelInterface", "Processes", "CProcess",
            ],
            swiftSettings: ours),
        .target(
            name: "SweepWire",
            dependencies: [
                "SweepCore", .product(name: "SwiftProtobuf", package: "swift-protobuf"),
            ],
            exclude: ["windrow.proto"],
            swiftSettings: ours),
        .target(
            name: "ClusterKeys",
            dependencies: ["SweepWire", "Processes", "CSodium"],
            swiftSettings: ours,
            linkerSettings: linked("sodium", [])),
        .target(
            name: "SweepStore",
            dependencies: ["SweepCore", "CZlib"],
            swiftSettings: ours,
            linkerSettings: linked("z", ["libz.a"])),
        .target(name: "Allocations", dependencies: ["SweepWire"], swiftSettings: ours),
        .target(name: "SweepView", dependencies: ["SweepWire"], swiftSettings: ours),
        .target(
            name: "SweepDashboard",
            dependencies: [
                "SweepCore", "SweepStore", "SweepView", "SweepWire", "Processes",
                .product(name: "FlyingFox", package: "FlyingFox"),
            ],
            resources: [
                "page.html", "style.css", "draw.js", "data.js", "heatmap.js", "parallel.js",
                "curves.js", "tables.js", "main.js",
            ].map { .embedInCode("Page/" + $0) },
            swiftSettings: ours),
        .target(
            name: "SweepAnswers", dependencies: ["SweepCore", "SweepStore"], swiftSettings: ours),
        .target(
            name: "SweepCoordinator",
            dependencies: [
                "SweepCore", "SweepWire", "SweepStore", "ClusterKeys", "ZeroMQ", "Processes",
                .product(name: "DequeModule", package: "swift-collections"),
            ],
            swiftSettings: ours),
        .target(
            name: "SweepWorker",
            dependencies: [
                "SweepCore", "SweepWire", "Experiments", "ZeroMQ", "Processes", "CProcess",
                .product(name: "DequeModule", package: "swift-collections"),
            ],
            swiftSettings: ours),
        .executableTarget(
            name: "windrow",
            dependencies: [
                "SweepCore", "CompressedSGD", "KernelChoice", "Experiments", "SweepWire",
                "SweepStore", "SweepAnswers", "SweepCoordinator", "SweepView", "SweepWorker",
                "SweepDashboard", "ClusterKeys", "Allocations", "ZeroMQ", "Processes", "CProcess",
                "CSodium", "CZlib",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: ours),
        .testTarget(name: "SweepCoreTests", dependencies: ["SweepCore"], swiftSettings: ours),
        .testTarget(
            name: "CompressedSGDTests", dependencies: ["CompressedSGD"], swiftSettings: ours),
        .testTarget(
            name: "KernelTests",
            dependencies: ["KernelChoice", "KernelInterface", "CompressedSGD"],
            swiftSettings: ours),
        .testTarget(
            name: "SweepStoreTests", dependencies: ["SweepStore", "store-writer"],
            exclude: ["Readers"], swiftSettings: ours),
        .executableTarget(
            name: "store-writer", dependencies: ["SweepStore", "SweepCore"],
            path: "Tests/StoreWriter", swiftSettings: ours),
        .testTarget(
            name: "SweepAnswersTests", dependencies: ["SweepAnswers", "Experiments"],
            swiftSettings: ours),
        .testTarget(
            name: "SweepViewTests", dependencies: ["SweepView", "SweepWire"], swiftSettings: ours),
        .testTarget(
            name: "SweepDashboardTests",
            dependencies: ["SweepDashboard", "SweepStore", "Experiments"],
            swiftSettings: ours),
        .testTarget(name: "SweepWireTests", dependencies: ["SweepWire"], swiftSettings: ours),
        .testTarget(
            name: "ClusterKeysTests", dependencies: ["ClusterKeys"], swiftSettings: ours),
        .testTarget(
            name: "AllocationsTests", dependencies: ["Allocations"], swiftSettings: ours),
        .testTarget(name: "ZeroMQTests", dependencies: ["ZeroMQ"], swiftSettings: ours),
        .testTarget(
            name: "SweepCoordinatorTests", dependencies: ["SweepCoordinator"],
            swiftSettings: ours),
        .target(
            name: "ClusterSimulation",
            dependencies: [
                "SweepCore", "SweepWire", "SweepCoordinator", "SweepWorker", "Processes",
                .product(name: "DequeModule", package: "swift-collections"),
            ],
            path: "Tests/Simulation/Cluster", swiftSettings: ours),
        .testTarget(
            name: "SimulationTests",
            dependencies: ["ClusterSimulation", "SweepWire", "SweepWorker"], swiftSettings: ours),
        .testTarget(
            name: "SweepWorkerTests", dependencies: ["SweepWorker"], swiftSettings: ours),
        .testTarget(
            name: "EndToEndTests",
            dependencies: ["windrow", "Processes", "SweepStore", "SweepWire", "ZeroMQ"],
            exclude: ["Browser"], swiftSettings: ours),
        .testTarget(
            name: "ExperimentsTests", dependencies: ["Experiments"], swiftSettings: ours),
    ] + kernelLevels + fuzzing + bench + simulation
        + (archives == nil ? [] : [.target(name: "CTransports")])
)
