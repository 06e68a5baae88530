"""
A policy of trpo with numpy alone: `action = act(*read('cartpole.safetensors'), observation)`, as trpo acts.
Every space, activation and distribution; `mask`: 1 for each allowed action.
"""
import json
import numpy as np

def read(path):
    raw = open(path, 'rb').read()
    # Eight bytes of length, that much JSON, then the numbers.
    n = int.from_bytes(raw[:8], 'little')
    header = json.loads(raw[8:8 + n])
    metadata, data = header.pop('__metadata__'), raw[8 + n:]
    tensor = lambda t: np.frombuffer(data[slice(*t['data_offsets'])], '<f8').reshape(t['shape'])
    return metadata, {name: tensor(t) for name, t in header.items()}

def encode(space, observation):
    if space['kind'] == 'discrete':
        return np.eye(space['n'])[observation - space['start']]
    if space['kind'] == 'multiDiscrete':
        return np.concatenate([np.eye(n)[i] for n, i in zip(space['nvec'], observation)])
    return np.asarray(observation, float)

def outputs(metadata, tensors, x):
    if 'normalizer.mean' in tensors:
        x = (x - tensors['normalizer.mean']) / tensors['normalizer.scale']
        if tensors['normalizer.statistics.count'] > 0:
            x = np.clip(x, -tensors['normalizer.clip'], tensors['normalizer.clip'])
    f = {'tanh': np.tanh, 'relu': lambda y: np.maximum(y, 0), 'identity': lambda y: y}[metadata['activation']]
    last = sum(name.endswith('.weight') for name in tensors) - 1
    for l in range(last + 1):
        x = tensors[f'policy.layers.{l}.weight'] @ x + tensors[f'policy.layers.{l}.bias']
        x = f(x) if l < last else x
    return x

def choose(metadata, tensors, y, mask=None):
    space = json.loads(metadata['action_space'])
    if space['kind'] == 'box':
        low, high = tensors['action_space.low'], tensors['action_space.high']
        # The means; a stateGaussian has log σ behind them.
        u = y[:len(low)].copy()
        if metadata.get('bounds') == 'squash':
            both = np.isfinite(low) & np.isfinite(high)
            t = np.tanh(u[both])
            u[both] = low[both] * (0.5 * (1 - t)) + high[both] * (0.5 * (1 + t))
        return np.clip(u, low, high)
    if space['kind'] == 'multiBinary':
        return (y > 0).astype(int)
    y = y if mask is None else np.where(mask, y, -np.inf)
    if space['kind'] == 'discrete':
        return space['start'] + int(np.argmax(y))
    return np.array([np.argmax(z) for z in np.split(y, np.cumsum(space['nvec'])[:-1])])

def act(metadata, tensors, observation, mask=None):
    x = encode(json.loads(metadata['observation_space']), observation)
    return choose(metadata, tensors, outputs(metadata, tensors, x), mask)
