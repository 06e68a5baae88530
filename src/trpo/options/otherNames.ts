/**
 * Names of our options in other libraries, so that an error about such a name can suggest ours.
 * But: names only. If a value must be converted, docs/deviations.md says how.
 */
import type { TrainOptions } from './options.ts'

export const otherNames: Readonly<Record<string, keyof TrainOptions>> = {
  total_timesteps: 'totalSteps', num_steps: 'totalSteps', max_timesteps: 'totalSteps', epochs: 'totalSteps',
  n_steps: 'batchSteps', steps_per_epoch: 'batchSteps', timesteps_per_batch: 'batchSteps',
  train_batch_size: 'batchSteps',
  n_envs: 'envCount', num_envs: 'envCount', num_workers: 'envCount', environments: 'envCount',
  net_arch: 'hiddenSizes', hidden: 'hiddenSizes', layers: 'hiddenSizes', vf_hidden_sizes: 'valueHiddenSizes',
  activation_fn: 'activation', log_std_init: 'initialLogStd',
  squash_output: 'actionBounds', bounds: 'actionBounds',
  use_sde: 'actionNoiseHold', sde_sample_freq: 'actionNoiseHold',
  gamma: 'discount', lam: 'gaeLambda', lambda: 'gaeLambda',
  norm_obs: 'normalizeObservations', clip_obs: 'observationClip', norm_adv: 'normalizeAdvantages',
  target_kl: 'maxKl', delta: 'maxKl', step_size: 'maxKl', desired_kl: 'maxKl', trust_region_size: 'maxKl',
  max_kl_final: 'maxKlFinalFraction', ent_coef: 'entropyCoefficient', entcoeff: 'entropyCoefficient',
  cg_max_steps: 'cgIterations', cg_iters: 'cgIterations', residual_tol: 'cgTolerance',
  cg_damping: 'damping', damping_coeff: 'damping', reg_coeff: 'damping',
  line_search_shrinking_factor: 'backtrackCoefficient', backtrack_coeff: 'backtrackCoefficient',
  backtrack_ratio: 'backtrackCoefficient',
  line_search_max_iter: 'maxBacktracks', backtrack_iters: 'maxBacktracks',
  sub_sampling_factor: 'fisherFraction', subsample_factor: 'fisherFraction',
  n_critic_updates: 'valueEpochs', train_v_iters: 'valueEpochs', vf_iters: 'valueEpochs',
  batch_size: 'valueMinibatch', minibatch_size: 'valueMinibatch',
  learning_rate: 'valueLearningRate', lr: 'valueLearningRate',
  vf_lr: 'valueLearningRate', vf_stepsize: 'valueLearningRate',
  like: 'conventions', device: 'backend',
}
