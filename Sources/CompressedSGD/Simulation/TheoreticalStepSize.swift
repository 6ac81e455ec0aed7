/// The largest constant step sizes for which papers prove convergence.
public enum TheoreticalStepSize {
    /// 1/L.
    public static func sgd(_ smoothness: Smoothness) -> Double { 1 / smoothness.ofMean }

    /// 1/(L + L̃√(β/θ)), θ = 1 − √(1 − δ), β = (1 − δ)/θ, L̃² = mean Lᵢ².
    ///
    /// Source: Richtárik, Sokolov, Fatkhullin 2021, arXiv:2106.05203, Theorem 1.
    public static func ef21(_ smoothness: Smoothness, delta: Double) -> Double {
        let theta = 1 - max(0, 1 - delta).squareRoot()
        let beta = max(0, 1 - delta) / theta
        return 1 / (smoothness.ofMean + smoothness.rootMeanSquare * (beta / theta).squareRoot())
    }

    /// min(δ/(20 L̃), β/(7 L)).
    ///
    /// Source: Fatkhullin, Tyurin, Richtárik 2023, arXiv:2305.15155, Theorem 3.
    public static func ef21SGDM(
        _ smoothness: Smoothness, delta: Double, beta: Double
    ) -> Double {
        min(delta / (20 * smoothness.rootMeanSquare), beta / (7 * smoothness.ofMean))
    }

    /// 1/((1 + 6ω/n)·max Lᵢ), with α ≤ 1/(1 + ω).
    ///
    /// Source: Gorbunov, Hanzely, Richtárik 2020, arXiv:1905.11261, Corollary of Theorem 4.1 for DIANA.
    public static func diana(
        _ smoothness: Smoothness, variance: Double, clients: Int
    ) -> Double {
        1 / ((1 + 6 * variance / Double(clients)) * smoothness.largest)
    }
}
