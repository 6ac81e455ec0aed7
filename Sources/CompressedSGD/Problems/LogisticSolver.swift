/// Minimises f(x) = Σ wᵣ log(1 + exp(−yᵣ·aᵣᵀx)) + (λ/2)‖x‖² by Newton's method.
///
/// A step solves ∇²f·p = −∇f by conjugate gradients, preconditioned with the diagonal, and is halved
/// until f falls by enough. f is λ-strongly convex, so f(x) − inf f ≤ ‖∇f(x)‖²/(2λ).
///
/// Source: Nocedal, Wright, "Numerical optimization", 2006, Algorithm 7.1 and Section 9.1.
final class LogisticSolver {
    private let data: LabelledData
    private let weights: [Double]
    private let lambda: Double
    private let dimension: Int
    private var margins: [Double]
    private var curvatures: [Double]
    private let gradient: Vector
    private let diagonal: Vector

    /// A solver.
    ///
    /// - Parameter weights: wᵣ of each row.
    init(data: LabelledData, weights: [Double], lambda: Double) {
        self.data = data
        self.weights = weights
        self.lambda = lambda
        dimension = data.dimension
        margins = [Double](repeating: 0, count: data.rowCount)
        curvatures = margins
        gradient = Vector(zeros: dimension)
        diagonal = Vector(zeros: dimension)
    }

    /// x* and ‖∇f(x*)‖²; the best that was found when rounding ends progress.
    func solve() -> (point: Vector, gradientNormSquared: Double) {
        let x = Vector(zeros: dimension)
        let best = Vector(zeros: dimension)
        let trial = Vector(zeros: dimension)
        let step = Vector(zeros: dimension)
        var smallest = Double.infinity
        var stalled = 0
        var loss = differentiate(x)
        for _ in 0..<Self.mostSteps {
            let square = gradient.normSquared
            if square < smallest {
                stalled = square > 0.25 * smallest ? stalled + 1 : 0
                smallest = square
                best.assign(x)
            } else {
                stalled += 1
            }
            if square == 0 || stalled >= 3 || !square.isFinite { break }
            conjugateGradients(step, square)
            let slope = dot(gradient, step)
            guard slope < 0 else { break }
            var size = 1.0
            while true {
                trial.assign(x)
                trial.add(size, times: step)
                let next = differentiate(trial)
                // Near the solution f no longer shows progress, but the gradient does.
                if next <= loss + 1e-4 * size * slope || -slope < 1e-10 * (1 + loss) {
                    loss = next
                    break
                }
                size /= 2
                if size < 1e-12 { return (best, smallest) }
            }
            x.assign(trial)
        }
        return (best, smallest)
    }

    /// The largest eigenvalue of Σ wᵣ aᵣaᵣᵀ by power iteration, to about 1 part in 10⁸.
    func largestEigenvalue() -> Double {
        for row in 0..<data.rowCount { curvatures[row] = weights[row] }
        let vector = Vector(zeros: dimension)
        let image = Vector(zeros: dimension)
        var stream = RandomStream(seed: 1, purpose: .data)
        for index in 0..<dimension { vector.base[index] = stream.nextNormal() }
        var value = 0.0
        for _ in 0..<Self.mostProducts {
            let norm = vector.norm
            guard norm > 0 else { return 0 }
            vector.divide(by: norm)
            curve(vector, lambda: 0, into: image)
            let next = dot(vector, image)
            let isDone = (next - value).magnitude <= 1e-10 * next
            value = next
            if isDone { break }
            vector.assign(image)
        }
        return value
    }

    /// gradient ← ∇f(x), and what `curve` and the preconditioner need; returns f(x).
    private func differentiate(_ x: Vector) -> Double {
        var loss = 0.0
        gradient.clear()
        diagonal.clear()
        for row in 0..<data.rowCount { margins[row] = product(row, x) }
        var row = 0
        while row < data.rowCount {
            var lanes = SIMD8<Double>.zero
            let count = min(8, data.rowCount - row)
            for lane in 0..<count { lanes[lane] = -data.labels[row + lane] * margins[row + lane] }
            let values = Elementary.sigmoidAndSoftplus(lanes)
            for lane in 0..<count {
                let sigmoid = values.sigmoid[lane]
                let weight = weights[row + lane]
                loss += weight * values.softplus[lane]
                curvatures[row + lane] = weight * sigmoid * (1 - sigmoid)
                scatter(row + lane, -weight * data.labels[row + lane] * sigmoid)
            }
            row += count
        }
        gradient.add(lambda, times: x)
        for index in 0..<dimension { diagonal.base[index] += lambda }
        return loss + 0.5 * lambda * x.normSquared
    }

    private func product(_ row: Int, _ x: Vector) -> Double {
        var sum = 0.0
        for group in data.groups[row]..<data.groups[row + 1] {
            let column = data.columns[group]
            let value = data.values[group]
            for lane in 0..<4 { sum += value[lane] * x.base[Int(column[lane])] }
        }
        return sum
    }

    private func scatter(_ row: Int, _ weight: Double) {
        let curvature = curvatures[row]
        for group in data.groups[row]..<data.groups[row + 1] {
            let column = data.columns[group]
            let value = data.values[group]
            for lane in 0..<4 {
                gradient.base[Int(column[lane])] += weight * value[lane]
                diagonal.base[Int(column[lane])] += curvature * value[lane] * value[lane]
            }
        }
    }

    /// image ← (Σ cᵣ aᵣaᵣᵀ + λI)·v for the rows' curvatures c.
    private func curve(_ vector: Vector, lambda: Double, into image: Vector) {
        image.clear()
        for row in 0..<data.rowCount where curvatures[row] != 0 {
            let weight = curvatures[row] * product(row, vector)
            for group in data.groups[row]..<data.groups[row + 1] {
                let column = data.columns[group]
                let value = data.values[group]
                for lane in 0..<4 { image.base[Int(column[lane])] += weight * value[lane] }
            }
        }
        image.add(lambda, times: vector)
    }

    /// step ← −∇²f⁻¹·∇f, the more exactly the smaller the gradient is.
    private func conjugateGradients(_ step: Vector, _ square: Double) {
        let residual = Vector(zeros: dimension)
        let scaled = Vector(zeros: dimension)
        let direction = Vector(zeros: dimension)
        let image = Vector(zeros: dimension)
        step.clear()
        residual.subtract(gradient)
        let goal = square * min(1e-2, square.squareRoot())
        func precondition() {
            for index in 0..<dimension {
                let size = diagonal.base[index]
                scaled.base[index] = size > 0 ? residual.base[index] / size : 0
            }
        }
        precondition()
        direction.assign(scaled)
        var energy = dot(residual, scaled)
        for _ in 0..<Self.mostProducts {
            curve(direction, lambda: lambda, into: image)
            let bend = dot(direction, image)
            guard bend > 0, energy > 0 else { return }
            let size = energy / bend
            step.add(size, times: direction)
            residual.add(-size, times: image)
            if residual.normSquared <= goal { return }
            precondition()
            let next = dot(residual, scaled)
            let ratio = next / energy
            energy = next
            for index in 0..<dimension {
                direction.base[index] = scaled.base[index] + ratio * direction.base[index]
            }
        }
    }

    private func dot(_ a: Vector, _ b: Vector) -> Double {
        var sum = 0.0
        for index in 0..<dimension { sum += a.base[index] * b.base[index] }
        return sum
    }

    private static let mostSteps = 100
    private static let mostProducts = 1000
}
