"""
A policy of trpo in PyTorch: `Policy('cartpole.safetensors')` is a Module of observations [batch, inputs], as
`encode` of policy.py makes them, with the network's outputs; `act` chooses as policy.py does.
"""
import json
import torch
from policy import choose, encode
from safetensors import safe_open

class Policy(torch.nn.Module):
    def __init__(self, path):
        super().__init__()
        with safe_open(path, 'pt') as file:
            self.metadata = file.metadata()
            self.tensors = {name: file.get_tensor(name) for name in file.keys()}
        own = {name.removeprefix('policy.'): t
               for name, t in self.tensors.items() if name.startswith('policy.')}
        weights = [own[f'layers.{l}.weight'] for l in range(sum(name.endswith('.weight') for name in own))]
        self.layers = torch.nn.ModuleList(torch.nn.Linear(w.shape[1], w.shape[0]) for w in weights)
        if 'log_std' in own:
            self.log_std = torch.nn.Parameter(own['log_std'])
        self.double().load_state_dict(own)
        functions = {'tanh': torch.tanh, 'relu': torch.relu, 'identity': torch.nn.Identity()}
        self.f = functions[self.metadata['activation']]

    def forward(self, x):
        if 'normalizer.mean' in self.tensors:
            x = (x - self.tensors['normalizer.mean']) / self.tensors['normalizer.scale']
            if self.tensors['normalizer.statistics.count'] > 0:
                x = x.clamp(-self.tensors['normalizer.clip'], self.tensors['normalizer.clip'])
        for layer in self.layers[:-1]:
            x = self.f(layer(x))
        return self.layers[-1](x)

    def act(self, observation, mask=None):
        x = torch.from_numpy(encode(json.loads(self.metadata['observation_space']), observation))
        tensors = {name: t.numpy() for name, t in self.tensors.items()}
        with torch.no_grad():
            return choose(self.metadata, tensors, self(x).numpy(), mask)
