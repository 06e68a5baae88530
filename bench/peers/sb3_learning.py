"""
How many steps Stable-Baselines3-contrib's TRPO takes to the thresholds of docs/results/learning.md, by the same definition:
`sb3_learning.py [SEEDS [TASK]]`, seeds 0 to SEEDS - 1 (5), prints a table. The settings are those of rl-baselines3-zoo's
hyperparams/trpo.yml. It needs stable_baselines3, sb3_contrib and gymnasium where python3 finds them.

After each iteration 20 deterministic episodes are run, from the same starts for all seeds; at the end 100 others are.
Processor seconds are those of a training without them.
But: Gymnasium draws other starts than our worlds do from the same seed.
"""
import os
import sys
import time

# One thread, as ours has; where BLAS has more, they wait for work by spinning, which counts as processor time.
os.environ.update(OMP_NUM_THREADS='1', OPENBLAS_NUM_THREADS='1', MKL_NUM_THREADS='1')

import gymnasium
import numpy as np
import torch
from sb3_contrib import TRPO
from stable_baselines3.common.callbacks import BaseCallback
from stable_baselines3.common.env_util import make_vec_env
from stable_baselines3.common.vec_env import VecNormalize

torch.set_num_threads(1)

# Threshold, steps, normalised or not, and what the zoo says beside SB3-contrib's defaults. All have two environments.
TASKS = {
  'CartPole-v1': (475, 100_000, False, dict(
    n_steps=512, batch_size=512, cg_damping=1e-3, gae_lambda=0.98, gamma=0.99, learning_rate=1e-3, n_critic_updates=20)),
  'Pendulum-v1': (-170, 100_000, False, dict(
    n_steps=1024, gamma=0.9, n_critic_updates=15, use_sde=True, sde_sample_freq=4)),
  'Acrobot-v1': (-100, 100_000, True, dict(n_steps=1024)),
  'MountainCar-v0': (-110, 100_000, True, dict(n_steps=1024, n_critic_updates=20)),
  'MountainCarContinuous-v0': (90, 50_000, True, dict(use_sde=True, sde_sample_freq=4)),
}


def returns(model, task, first, episodes):
  """Undiscounted returns of deterministic episodes with the seeds first, first + 1, ..., all side by side."""
  worlds = [gymnasium.make(task) for _ in range(episodes)]
  observations = np.array([world.reset(seed=first + e)[0] for e, world in enumerate(worlds)], dtype=np.float32)
  normalizer = model.get_vec_normalize_env()
  total, running = np.zeros(episodes), np.ones(episodes, dtype=bool)
  while running.any():
    seen = observations if normalizer is None else normalizer.normalize_obs(observations.copy())
    actions, _ = model.predict(seen, deterministic=True)
    for e in np.flatnonzero(running):
      observations[e], reward, terminated, truncated, _ = worlds[e].step(actions[e])
      total[e] += reward
      running[e] = not (terminated or truncated)
  return total


class Reached(BaseCallback):
  """The steps after which the threshold was reached first."""

  def __init__(self, task, threshold):
    super().__init__()
    self.task, self.threshold, self.steps, self.looking = task, threshold, None, 0

  def look(self):
    begun = time.process_time()
    if self.steps is None and returns(self.model, self.task, 1_000_000, 20).mean() >= self.threshold:
      self.steps = self.model.num_timesteps
    self.looking += time.process_time() - begun

  # A rollout begins after the update that ended the last iteration.
  def _on_rollout_start(self):
    if self.num_timesteps > 0:
      self.look()

  def _on_training_end(self):
    self.look()

  def _on_step(self):
    return True


def train(task, seed):
  threshold, steps, normalized, settings = TASKS[task]
  env = make_vec_env(task, n_envs=2, seed=seed)
  if normalized:
    env = VecNormalize(env, gamma=settings.get('gamma', 0.99))
  model = TRPO('MlpPolicy', env, seed=seed, **settings)
  reached = Reached(task, threshold)
  begun = time.process_time()
  model.learn(steps, callback=reached)
  seconds = time.process_time() - begun - reached.looking
  return reached.steps, returns(model, task, 0, 100).mean(), seconds


def main():
  seeds = int(sys.argv[1]) if len(sys.argv) > 1 else 5
  print('| environment | threshold | seeds that reach it | environment steps to it | final mean: median | worst seed | processor seconds |')
  print('|---|---|---|---|---|---|---|')
  for task, (threshold, *_) in TASKS.items():
    if len(sys.argv) > 2 and sys.argv[2] != task:
      continue
    runs = [train(task, seed) for seed in range(seeds)]
    steps, means = [s for s, *_ in runs if s is not None], [mean for _, mean, _ in runs]
    seconds = np.median([spent for *_, spent in runs])
    interval = f'{np.median(steps):,.0f} [{min(steps):,}–{max(steps):,}]' if steps else '–'
    print(f'| {task} | {threshold} | {len(steps)} of {seeds} | {interval} | {np.median(means):.1f} | {min(means):.1f} | {seconds:.1f} |', flush=True)


main()
