/**
 * Every hyper-parameter, with its meaning, unit and default. Defaults and checks are in the rows of `rules`,
 * in the order in which documentation lists them; a test compares the defaults given here with those.
 */
import type { Backend } from '../../math/backend.ts'
import type { ActivationName } from '../../nn/activation.ts'
import type { ActionOptions } from '../../rl/policy.ts'

/** Libraries from which all hyper-parameters and conventions can be taken at once. */
export type Peer = 'sb3' | 'spinningup' | 'baselines' | 'modular_rl'

/** All options of a training. */
export interface TrainOptions
  extends ActionOptions, SamplingOptions, NormalizationOptions, StepOptions, ValueFitOptions {
  /** Fixes everything random; an integer of at least 0. Default: 0. */
  readonly seed: number
  /** Environment steps after which no iteration begins; the last iteration is whole. Default: 100000. */
  readonly totalSteps: number
  /** Units of each hidden layer of the policy; [] is linear. Default: [64, 64]. */
  readonly hiddenSizes: readonly number[]
  /** Units of each hidden layer of the value function. Default: [64, 64]. */
  readonly valueHiddenSizes: readonly number[]
  /** Activation function after every hidden layer of both networks. Default: 'tanh'. */
  readonly activation: ActivationName
  /** Initial log σ; in the action's unit, or before squashing; Box only. Default: 0. */
  readonly initialLogStd: number
  /** γ, the discount factor, in [0, 1]. Default: 0.99. */
  readonly discount: number
  /** λ of GAE, in [0, 1]; 1: the advantage is G_t − V(s_t), rewards-to-go less the value. Default: 0.95. */
  readonly gaeLambda: number
  /** Shift and scale the advantages of a batch to mean 0 and variance 1. Default: true. */
  readonly normalizeAdvantages: boolean
  /** Defaults of the options that are not given: ours, or those of another library. Default: 'trpo'. */
  readonly conventions: 'trpo' | Peer
  /**
   * What does the arithmetic: `auto` is the fastest that works in this runtime, `simd` throws if there is no
   * WebAssembly SIMD, `reference` is plain TypeScript. All give the same bits. Default: 'auto'.
   */
  readonly backend: 'auto' | 'simd' | 'reference' | Backend
  /** A clock in milliseconds, which fills in `phases` of each iteration's record. Default: none. */
  readonly clock: (() => number) | undefined
}

/** How a batch is collected. */
export interface SamplingOptions {
  /** Environment steps per iteration, over all environments; a multiple of `envCount`. Default: 2048. */
  readonly batchSteps: number
  /** Number of environments that act side by side, in one forward pass. Default: 8. */
  readonly envCount: number
  /** m: mean number of steps that action noise is held; a step renews it with chance 1/m. Default: 1. */
  readonly actionNoiseHold: number
  /** Single paths, or a vine: short rollouts from each of some states (rl/vine). Default: 'single-path'. */
  readonly sampling: 'single-path' | 'vine'
  /** Branches per state of a vine, at least 2; or one per action of a Discrete space. Default: 2. */
  readonly vineBranches: number | 'all'
  /** Steps per branch of a vine; V(s) stands for the rewards after them. Default: 5. */
  readonly vineHorizon: number
  /** Steps of a trajectory from one branching state to the next. Default: 5. */
  readonly vineSpacing: number
}

/** How observations are normalised; Box observations only. */
export interface NormalizationOptions {
  /**
   * To mean 0 and variance 1, by the states visited so far. When the statistics move, 'preserving' keeps π
   * and V as they were, 'plain' does not. Default: 'preserving'.
   */
  readonly normalizeObservations: 'off' | 'preserving' | 'plain'
  /** Normalised observations are clipped at ± this many standard deviations; Infinity: never. Default: 10. */
  readonly observationClip: number
}

/** How one trust-region step is made. */
export interface StepOptions {
  /** δ: maximum mean KL(old‖new) per step, in nats per state. Default: 0.01. */
  readonly maxKl: number
  /** How δ falls over `totalSteps`, if at all. Default: 'constant'. */
  readonly maxKlSchedule: 'constant' | 'linear' | 'cosine'
  /** Fraction of `maxKl` that a schedule ends with, in (0, 1]; not an absolute KL. Default: 0.1. */
  readonly maxKlFinalFraction: number
  /** Whether δ bounds the mean or the maximum of KL(old‖new) over the batch's states. Default: 'mean-kl'. */
  readonly constraint: 'mean-kl' | 'max-kl'
  /** KL summed or averaged over the d dimensions of actions; 'mean': δ and λ times d. Default: 'sum'. */
  readonly klReduction: 'sum' | 'mean'
  /** The search accepts KL up to this multiple of δ, at least 1; the status shows KL above δ. Default: 1. */
  readonly maxKlFactor: number
  /** The search accepts gains above this fraction of what the slope predicts, in [0, 1]. Default: 0. */
  readonly acceptRatio: number
  /** c in L(θ) + c · mean entropy, the objective of a step; in units of L per nat. Default: 0. */
  readonly entropyCoefficient: number
  /** Maximum number of conjugate-gradient iterations, one Fisher product each. Default: 10. */
  readonly cgIterations: number
  /** CG stops at this residual, relative to ‖g‖, in [0, 1]; for θ and for V. Default: 0.01. */
  readonly cgTolerance: number
  /** λ in (F + λI) x = g, the damping. Default: 0.1. */
  readonly damping: number
  /** `kronecker`: CG with F + λI as Kronecker factors per layer for preconditioner. Default: 'none'. */
  readonly preconditioner: 'none' | 'kronecker'
  /** Length along x: √(2δ / xᵀF x), or with F + λI, which makes shorter steps. Default: 'undamped'. */
  readonly stepLength: 'undamped' | 'damped'
  /** The first acceptable αʲ β x, the longest acceptable step, or always β x. Default: 'backtracking'. */
  readonly lineSearch: 'backtracking' | 'longest' | 'none'
  /** α: each trial is this multiple of the one before, in (0, 1); for θ and for V. Default: 0.8. */
  readonly backtrackCoefficient: number
  /** K: trials after the first, before a step is given up; for θ and for V. Default: 10. */
  readonly maxBacktracks: number
  /** Fraction of the states in Fisher products, drawn anew for every step, in (0, 1]. Default: 1. */
  readonly fisherFraction: number
}

/** How V is fitted to the returns. */
export interface ValueFitOptions extends AdamFitOptions, GaussNewtonFitOptions {
  /** By Adam on minibatches, or by Gauss–Newton steps within a trust region. Default: 'adam'. */
  readonly valueFit: 'adam' | 'trust-region'
}

/** Adam, by which SB3-contrib, Spinning Up and baselines fit V; Schulman et al. 2016 leave the fit open. */
export interface AdamFitOptions {
  /** Adam: passes over the batch; 0 leaves V as it is. Default: 5. */
  readonly valueEpochs: number
  /** Adam: states per minibatch; the last one of an epoch may have fewer. Default: 64. */
  readonly valueMinibatch: number
  /** Adam: learning rate. Default: 0.005. */
  readonly valueLearningRate: number
  /** Adam: fit in units in which the returns have mean 0 and variance 1; V keeps its own. Default: true. */
  readonly normalizeReturns: boolean
}

/** A trust region for V: Schulman et al. 2016, section 5. */
export interface GaussNewtonFitOptions
  extends Pick<StepOptions, 'cgTolerance' | 'backtrackCoefficient' | 'maxBacktracks'> {
  /**
   * Trust region: ε, maximum of mean (V − V_old)² / 2σ² per batch, in nats per state; σ² is the mean square
   * error of V_old. Default: 1.
   */
  readonly valueMaxKl: number
  /** Trust region: maximum number of Gauss–Newton steps per batch; 0 leaves V as it is. Default: 4. */
  readonly valueSteps: number
  /** Trust region: maximum number of products H v per step. Default: 5. */
  readonly valueCgIterations: number
  /** Trust region: λ in (H + λI) x = b, a number without unit. Default: 0.1. */
  readonly valueDamping: number
  /** Trust region: fraction of the states in H, drawn anew for every step, in (0, 1]. Default: 0.1. */
  readonly valueCurvatureFraction: number
}
