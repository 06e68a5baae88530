/**
 * Names of our options in other libraries, so that an error about such a name can suggest ours.
 * But: names only. If a value must be converted, docs/deviations.md says how.
 */
import type { TrainOptions } from './options.ts'

export const otherNames: Readonly<Record<string, keyof TrainOptions>> = {
  total_timesteps: 'totalSteps', n_steps: 'batchSteps', num_steps: 'batchSteps',
  steps_per_epoch: 'batchSteps', timesteps_per_batch: 'batchSteps', n_envs: 'envCount', num_envs: 'envCount',
  net_arch: 'hiddenSizes', activation_fn: 'activation', log_std_init: 'initialLogStd',
  squash_output: 'actionBounds', sde_sample_freq: 'actionNoiseHold', gamma: 'discount', lam: 'gaeLambda',
  lambda: 'gaeLambda', norm_obs: 'normalizeObservations', clip_obs: 'observationClip',
  norm_adv: 'normalizeAdvantages', target_kl: 'maxKl', max_kl_final: 'maxKlFinalFraction',
  ent_coef: 'entropyCoefficient', entcoeff: 'entropyCoefficient', cg_max_steps: 'cgIterations',
  cg_iters: 'cgIterations', residual_tol: 'cgTolerance', cg_damping: 'damping', damping_coeff: 'damping',
  line_search_shrinking_factor: 'backtrackCoefficient', backtrack_coeff: 'backtrackCoefficient',
  line_search_max_iter: 'maxBacktracks', backtrack_iters: 'maxBacktracks',
  sub_sampling_factor: 'fisherFraction', n_critic_updates: 'valueEpochs', train_v_iters: 'valueEpochs',
  vf_iters: 'valueEpochs', batch_size: 'valueMinibatch', learning_rate: 'valueLearningRate',
  lr: 'valueLearningRate', vf_lr: 'valueLearningRate', vf_stepsize: 'valueLearningRate',
}
