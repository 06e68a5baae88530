"""
PyTorch on one thread: `torch_peer.py f32|f64 sb3|autograd|hand`.

sb3       what SB3-contrib's TRPO does: KL of torch.distributions, one autograd.grad call a parameter with
          create_graph, then a product is the gradient of (gradient . v) with the graph retained.
autograd  the same with one call for all parameters, so that one graph serves.
hand      the Gauss-Newton product by matmul over cached activations, into memory that is there already.

But: KL is summed over action dimensions, where SB3-contrib averages, and a step follows the rules that all
contestants have: ten or 25 products, and none for its length. `shipped` alone has SB3-contrib's seventeen. The
critic's minibatches are rows of tensors, not of NumPy's arrays, and Adam's epsilon is 1e-8, not 1e-5.
"""
import copy
import json
import sys
import time

import numpy as np
import torch
from torch import nn
from torch.distributions import Categorical, Normal, kl_divergence

from blas import mapped, refusal, serving

torch.set_num_threads(1)


class Problem:
  """The file's numbers as tensors. Parameters are W [in, out], b of each layer, then log std."""

  def __init__(self, path, dtype):
    with open(path + '.json') as file:
      record = json.load(file)
    numbers = np.fromfile(path + '.f64')
    self.__dict__.update(record)
    self.dtype = dtype
    for name, (first, length) in record['arrays'].items():
      setattr(self, name, torch.tensor(numbers[first:first + length], dtype=dtype))
    if self.kind == 'product':
      return
    self.gaussian = self.kind == 'gaussian'
    self.layers = len(self.sizes) - 1
    self.observations = self.observations.view(self.states, -1)
    self.actions = self.actions.view(self.states, -1) if self.gaussian else self.actions.long()

  def views(self, flat):
    """Views of `flat` in the shapes of the parameters."""
    shapes = [s for m, n in zip(self.sizes, self.sizes[1:]) for s in ((m, n), (n,))]
    shapes += [(self.sizes[-1],)] if self.gaussian else []
    at, views = 0, []
    for shape in shapes:
      size = int(np.prod(shape))
      views.append(flat[at:at + size].view(shape))
      at += size
    return views


class Module(nn.Module):
  """The policy as a PyTorch user writes it: nn.Linear keeps its weights as [out, in]."""

  def __init__(self, problem):
    super().__init__()
    self.problem = problem
    sizes, parts = problem.sizes, []
    for l in range(problem.layers):
      parts += [nn.Linear(sizes[l], sizes[l + 1])] + ([nn.Tanh()] if l + 1 < problem.layers else [])
    self.net = nn.Sequential(*parts)
    if problem.gaussian:
      self.log_std = nn.Parameter(torch.zeros(sizes[-1]))
    self.to(problem.dtype)
    # log std comes first among named parameters of a module; here it comes last, as everywhere else.
    self.order = list(self.net.parameters()) + ([self.log_std] if problem.gaussian else [])
    self.set(self.native(problem.theta))

  def native(self, flat):
    """A vector in the file's order, in this module's."""
    return torch.cat([(x.t() if x.dim() == 2 else x).reshape(-1) for x in self.problem.views(flat)])

  def ours(self, flat):
    """And back."""
    at, parts = 0, []
    for p in self.order:
      x = flat[at:at + p.numel()].view(p.shape)
      parts.append((x.t() if x.dim() == 2 else x).reshape(-1))
      at += p.numel()
    return torch.cat(parts)

  def set(self, flat):
    at = 0
    for p in self.order:
      p.data.copy_(flat[at:at + p.numel()].view(p.shape))
      at += p.numel()

  def distribution(self):
    eta = self.net(self.problem.observations)
    if self.problem.gaussian:
      return Normal(eta, torch.ones_like(eta) * self.log_std.exp())
    return Categorical(logits=eta)

  def frozen(self):
    with torch.no_grad():
      return self.distribution()

  def log_prob(self, distribution):
    return over_actions(distribution.log_prob(self.problem.actions))


def over_actions(x):
  """Joint of independent dimensions."""
  return x.sum(dim=1) if x.dim() == 2 else x


class Differentiated:
  """Gradients and products by reverse mode, twice; `one` graph for all parameters, or one for each."""

  def __init__(self, problem, one):
    self.problem, self.one = problem, one
    self.module = Module(problem)
    self.old = self.module.frozen()
    self.old_log_prob = self.module.log_prob(self.old)
    self.theta = self.module.native(problem.theta)

  def grads(self, value, create_graph=False, retain_graph=True):
    order = self.module.order
    if self.one:
      return torch.autograd.grad(value, order, create_graph=create_graph, retain_graph=retain_graph)
    return [
      torch.autograd.grad(value, p, create_graph=create_graph, retain_graph=retain_graph)[0] for p in order]

  def objective(self, distribution):
    ratio = torch.exp(self.module.log_prob(distribution) - self.old_log_prob)
    return (self.problem.advantages * ratio).mean()

  def gradient(self):
    # One call for all parameters needs the graph no more; a call a parameter does.
    return flat(self.grads(self.objective(self.module.distribution()), retain_graph=not self.one))

  def product_graph(self, distribution):
    kl = over_actions(kl_divergence(distribution, self.old)).mean()
    return flat(self.grads(kl, create_graph=True))

  def product(self, grad_kl, v):
    directional = (grad_kl * v).sum()
    # The second gradient is one call, in SB3-contrib too.
    second = torch.autograd.grad(directional, self.module.order, retain_graph=True)
    return flat(second) + self.problem.damping * v

  def step(self, iterations, shipped=False):
    self.module.set(self.theta)
    distribution = self.module.distribution()
    objective = self.objective(distribution)
    g = flat(self.grads(objective))
    grad_kl = self.product_graph(distribution)

    def trial(theta):
      self.module.set(theta)
      new = self.module.frozen()
      return float(over_actions(kl_divergence(self.old, new)).mean()), float(self.objective(new))
    before = float(objective)
    return search(self.problem, self.theta, g, lambda v: self.product(grad_kl, v), trial, before, iterations, shipped) - self.theta


class Critic:
  """V fitted as SB3-contrib fits it: mse_loss of a minibatch, backward into .grad, a step of torch.optim.Adam."""

  def __init__(self, problem):
    self.problem = copy.copy(problem)
    self.problem.__dict__.update(sizes=problem.criticSizes, gaussian=False, theta=problem.phi)
    self.module = Module(self.problem)
    self.phi = self.module.native(problem.phi)
    self.passes = problem.orders.long().view(-1, problem.states)

  def fit(self):
    observations, returns, rules = self.problem.observations, self.problem.returns, self.problem.update
    net = self.module.net
    self.module.set(self.phi)
    adam = torch.optim.Adam(net.parameters(), lr=rules['learningRate'])
    for order in self.passes:
      for rows in order.split(rules['minibatch']):
        loss = nn.functional.mse_loss(returns[rows], net(observations[rows]).flatten())
        adam.zero_grad()
        loss.backward()
        adam.step()
    return flat(self.module.order).detach() - self.phi


def flat(parts):
  return torch.cat([x.reshape(-1) for x in parts])


class ByHand:
  """Forward, tangent, metric, backward as matrix products between buffers that are allocated once."""

  def __init__(self, problem):
    self.problem = problem
    N, sizes, dtype = problem.states, problem.sizes, problem.dtype
    self.theta = problem.theta.clone()
    self.parameters = problem.views(self.theta)
    self.out = torch.zeros_like(self.theta)
    self.bars = problem.views(self.out)
    self.values = [problem.observations] + [torch.empty(N, n, dtype=dtype) for n in sizes[1:]]
    self.slopes = [torch.empty(N, n, dtype=dtype) for n in sizes[:-1]]
    self.moves = [torch.empty(N, n, dtype=dtype) for n in sizes]
    self.forward()
    self.slopes_from_values()
    self.old_eta = self.values[-1].clone()
    self.old_log_prob = self.log_prob()

  def forward(self):
    for l in range(self.problem.layers):
      W, b = self.parameters[2 * l], self.parameters[2 * l + 1]
      Y = torch.addmm(b, self.values[l], W, out=self.values[l + 1])
      if l + 1 < self.problem.layers:
        Y.tanh_()

  def slopes_from_values(self):
    for l in range(1, self.problem.layers):
      torch.mul(self.values[l], self.values[l], out=self.slopes[l]).neg_().add_(1)

  def backward(self):
    D = self.moves[-1]
    for l in reversed(range(self.problem.layers)):
      torch.mm(self.values[l].t(), D, out=self.bars[2 * l])
      torch.sum(D, 0, out=self.bars[2 * l + 1])
      if l > 0:
        D = torch.mm(D, self.parameters[2 * l].t(), out=self.moves[l]).mul_(self.slopes[l])

  def prepare_product(self):
    if self.problem.gaussian:
      self.weight = torch.exp(-2 * self.parameters[-1]) / self.problem.states
    else:
      self.p = torch.softmax(self.values[-1], 1)
      self.weight = self.p / self.problem.states

  def product(self, v):
    dv = self.problem.views(v)
    for l in range(self.problem.layers):
      D = torch.addmm(dv[2 * l + 1], self.values[l], dv[2 * l], out=self.moves[l + 1])
      if l > 0:
        D.addmm_(self.moves[l], self.parameters[2 * l])
      if l + 1 < self.problem.layers:
        D.mul_(self.slopes[l + 1])
    if self.problem.gaussian:
      D.mul_(self.weight)
    else:
      D.sub_((self.p * D).sum(1, keepdim=True)).mul_(self.weight)
    self.backward()
    if self.problem.gaussian:
      torch.mul(dv[-1], 2, out=self.bars[-1])
    return self.out.add_(v, alpha=self.problem.damping)

  def z(self):
    return (self.problem.actions - self.values[-1]) * torch.exp(-self.parameters[-1])

  def log_prob(self):
    if self.problem.gaussian:
      return (-0.5 * self.z() ** 2 - self.parameters[-1] - 0.5 * np.log(2 * np.pi)).sum(1)
    logs = torch.log_softmax(self.values[-1], 1)
    return logs.gather(1, self.problem.actions[:, None])[:, 0]

  def gradient(self):
    problem = self.problem
    weights = (problem.advantages / problem.states)[:, None]
    self.forward()
    self.slopes_from_values()
    if problem.gaussian:
      z = self.z()
      torch.mul(z * weights, torch.exp(-self.parameters[-1]), out=self.moves[-1])
      torch.sum(weights * (z * z - 1), 0, out=self.bars[-1])
    else:
      D = torch.mul(torch.softmax(self.values[-1], 1), -weights, out=self.moves[-1])
      D.scatter_add_(1, problem.actions[:, None], weights)
    self.backward()
    return self.out

  def kl_old_new(self, old_log_std):
    eta, old = self.values[-1], self.old_eta
    if self.problem.gaussian:
      new_log_std = self.parameters[-1]
      variances = torch.exp(2 * old_log_std) + (old - eta) ** 2
      return (new_log_std - old_log_std + variances / (2 * torch.exp(2 * new_log_std)) - 0.5).sum(1).mean()
    old_logs = torch.log_softmax(old, 1)
    return (old_logs.exp() * (old_logs - torch.log_softmax(eta, 1))).sum(1).mean()

  def step(self, iterations):
    problem = self.problem
    self.theta.copy_(problem.theta)
    old_log_std = self.parameters[-1].clone()
    g = self.gradient().clone()
    self.prepare_product()

    def trial(theta):
      self.theta.copy_(theta)
      self.forward()
      ratio = torch.exp(self.log_prob() - self.old_log_prob)
      return float(self.kl_old_new(old_log_std)), float((ratio * problem.advantages).mean())
    before = float(problem.advantages.mean())
    return search(problem, problem.theta, g, self.product, trial, before, iterations) - problem.theta


def search(problem, theta, g, product, trial, before, iterations, shipped=False):
  """
  Conjugate gradients, a step length, and the first trial with KL <= delta and a higher surrogate; as SB3-contrib ships
  it with a product more each for the residual to begin with and for the length.
  """
  rules = problem.step
  x = torch.zeros_like(g)
  r = g - product(x) if shipped else g.clone()
  p = r.clone()
  rr = torch.dot(r, r)
  for _ in range(iterations):
    Ap = product(p)
    alpha = rr / torch.dot(p, Ap)
    x += alpha * p
    r -= alpha * Ap
    rr_before, rr = rr, torch.dot(r, r)
    p = r + (rr / rr_before) * p
  xAx = torch.dot(x, product(x)) if shipped else torch.dot(x, g) - torch.dot(x, r)
  xFx = xAx - problem.damping * torch.dot(x, x)
  beta = float(torch.sqrt(2 * rules['maxKl'] / xFx))
  for j in range(rules['maxBacktracks'] + 1):
    candidate = theta + rules['backtrackCoefficient'] ** j * beta * x
    kl, after = trial(candidate)
    if kl <= rules['maxKl'] and after > before:
      return candidate
  raise ValueError('no trial was accepted')


def prepare(task, form, problem):
  """(work, result): a call of `work` does it once; `result` puts what it returned into the file's order."""
  if task == 'multiply' and form == 'hand':
    A, B = problem.A.view(problem.n, problem.k), problem.B.view(problem.k, problem.m)
    C = torch.empty(problem.n, problem.m, dtype=problem.dtype)
    return lambda: torch.mm(A, B, out=C), lambda C: C
  if form == 'hand':
    hand = ByHand(problem)
    hand.prepare_product()
    work = {
      'fisher': lambda: hand.product(problem.v), 'gradient': hand.gradient,
      'step': lambda: hand.step(problem.step['cgIterations']),
    }
    return work.get(task), lambda flat: flat
  if task == 'multiply' or form == 'autograd' and task in ('shipped', 'critic', 'update'):
    return None, None
  if task == 'critic':
    critic = Critic(problem)
    return critic.fit, critic.module.ours
  twice = Differentiated(problem, form == 'autograd')
  ours = twice.module.ours
  if task == 'fisher':
    grad_kl = twice.product_graph(twice.module.distribution())
    v = twice.module.native(problem.v)
    return lambda: twice.product(grad_kl, v), ours
  if task == 'update':
    critic = Critic(problem)
    return (
      lambda: (twice.step(problem.update['cgIterations']), critic.fit()),
      lambda both: torch.cat([ours(both[0]), critic.module.ours(both[1])]))
  return {
    'gradient': twice.gradient, 'step': lambda: twice.step(problem.step['cgIterations']),
    'shipped': lambda: twice.step(problem.shippedIterations, True),
  }.get(task), ours


def blas():
  """What serves the matrix product, by its file's name, and its choice of kernels; and why it must not, if so."""
  import ctypes
  try:
    with open('/proc/self/maps') as maps:
      path, is_reference = serving(mapped(maps), torch.backends.mkl.is_available())
  except FileNotFoundError:
    return 'BLAS unknown', None
  if path is None:
    return 'MKL' if torch.backends.mkl.is_available() else 'BLAS of its own', None
  name = path.rsplit('/', 1)[-1]
  if is_reference:
    return name, refusal(path)
  try:
    library = ctypes.CDLL(path)
    library.openblas_get_corename.restype = ctypes.c_char_p
    return f'{name} for {library.openblas_get_corename().decode()}', None
  except (OSError, AttributeError):
    return name, None


def main():
  dtype = {'f32': torch.float32, 'f64': torch.float64}[sys.argv[1]]
  form = sys.argv[2]
  say = lambda record: print(json.dumps(record), flush=True)
  torch.mm(torch.ones(2, 2), torch.ones(2, 2))
  name, reason = blas()
  versions = f'PyTorch {torch.__version__}, python {sys.version.split()[0]}, {name}'
  say({'versions': versions, **({'cannot': reason} if reason else {})})
  work = None
  guard = torch.no_grad if form == 'hand' else torch.enable_grad
  for line in sys.stdin:
    request = json.loads(line)
    try:
      with guard():
        if 'calls' in request:
          calls, wall, cpu = request['calls'], time.perf_counter(), time.process_time()
          for _ in range(calls):
            work()
          wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
          say({'wall': 1000 * wall / calls, 'cpu': 1000 * cpu / calls})
          continue
        work, result = prepare(request['task'], form, Problem(request['path'], dtype))
        if work is None:
          say({'cannot': 'has none'})
          continue
        result(work()).detach().double().numpy().tofile(request['answer'])
        say({'prepared': True})
    except Exception as error:
      say({'cannot': str(error).split('\n')[0]})


main()
