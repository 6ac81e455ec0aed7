import CompressedSGD
import KernelInterface
import SweepCore

extension DistributedSGDSetup {
    /// A multilayer perceptron or a residual network on the rows or images of a file.
    static func network(
        _ name: ProblemName, _ trial: Trial, _ seed: UInt64, _ directory: String
    ) throws(TrialFailure) -> any Problem {
        let examples = try read("data", try path(trial, of: name), directory) {
            full throws(DataError) in try DataCache.shared.examples(at: full)
        }
        let holdout = try holdout(trial, seed, of: examples)
        let test = try testRows(trial, directory, examples, holdout) { path throws(DataError) in
            TestRows(allOf: try DataCache.shared.testExamples(at: path, like: examples))
        }
        let rows = try clientRows(trial, seed, of: examples, among: holdout?.training)
        let precision = try precision(trial)
        try checkFeatures(examples, precision)
        switch precision {
        case .double:
            return try network(name, trial, seed, examples, rows, test, Double.self)
        case .single:
            return try network(name, trial, seed, examples, rows, test, Float.self)
        }
    }

    private static func network<Scalar: KernelScalar>(
        _ name: ProblemName, _ trial: Trial, _ seed: UInt64, _ examples: any Examples,
        _ rows: ClientRows, _ test: TestRows<any Examples>?, _ type: Scalar.Type
    ) throws(TrialFailure) -> any Problem {
        let regulariser = try regulariser(trial, rows: rows.count)
        let activation = try trial.choice("activation", Activation.self, default: .relu)
        if name == .mlp {
            let layers = try trial.sizes("layers")
            try checkNetwork(
                MultilayerPerceptron<Scalar>.parameterCount(for: examples, hidden: layers),
                "layers: \(layers.map(String.init).joined(separator: "-"))")
            return NetworkProblem(
                MultilayerPerceptron<Scalar>(
                    for: examples, hidden: layers, activation: activation),
                on: examples, rows: rows, regulariser: regulariser, test: test, seed: seed)
        }
        let image = try image(trial, of: examples)
        let width = try trial.integer("width", default: 16)
        try checkNetwork(
            ResidualNetwork<Scalar>.parameterCount(for: examples, image: image, width: width),
            "width: \(width)")
        // A layer's moved pixels, nine for each of 2w maps at most.
        guard image.height * image.width <= stateLimit / (18 * max(width, image.channels)) else {
            throw TrialFailure(
                "image: \(image.channels)x\(image.height)x\(image.width) with width: \(width) needs "
                    + "more than 8 GiB for one image; use smaller images or a smaller width",
                isPermanent: true)
        }
        return NetworkProblem(
            ResidualNetwork<Scalar>(
                for: examples, image: image, width: width, activation: activation),
            on: examples, rows: rows, regulariser: regulariser, test: test, seed: seed)
    }

    /// The extents of the images: those of the data, or those that the trial gives to its rows.
    private static func image(
        _ trial: Trial, of examples: any Examples
    ) throws(TrialFailure) -> ImageShape {
        let sizes = trial["image"] == nil ? nil : try trial.sizes("image")
        do {
            return try image(sizes, of: examples)
        } catch {
            throw TrialFailure(error.text, isPermanent: true)
        }
    }

    /// Why rows are no images that a network takes.
    struct ImageError: Error {
        let text: String
    }

    /// The extents of the images.
    ///
    /// - Parameter sizes: channels, height and width, where they are given.
    static func image(
        _ sizes: [Int]?, of examples: any Examples
    ) throws(ImageError) -> ImageShape {
        let shape: ImageShape
        if let sizes, sizes.count == 3 {
            shape = ImageShape(channels: sizes[0], height: sizes[1], width: sizes[2])
        } else if let own = examples.imageShape {
            shape = own
        } else {
            throw ImageError(
                text: "image: the rows of the data are no images by themselves; say how many "
                    + "channels, rows and columns of pixels a row's \(examples.featureCount) "
                    + "features are, for example image: 1x8x8")
        }
        let text = "\(shape.channels)x\(shape.height)x\(shape.width)"
        guard shape.featureCount == examples.featureCount else {
            throw ImageError(
                text: "image: \(text) has \(shape.featureCount) numbers, and a row of the data "
                    + "\(examples.featureCount) features; the two must be equal")
        }
        let least = ResidualNetwork<Double>.leastExtent
        guard shape.height >= least, shape.width >= least else {
            throw ImageError(
                text: "image: \(text) is too small for problem: cnn, which halves an image three "
                    + "times; expected at least \(least) rows and columns of pixels")
        }
        return shape
    }

    private static func checkNetwork(
        _ parameterCount: Int?, _ text: String
    ) throws(TrialFailure) {
        guard let parameterCount, parameterCount <= stateLimit else {
            throw TrialFailure(
                "\(text) makes more than \(stateLimit) parameters (8 GiB); use a smaller network",
                isPermanent: true)
        }
    }
}
