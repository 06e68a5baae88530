# The probe as a module of a Worker: it runs and reports when it is loaded. The test itself is empty.
using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (services = [(name = "probe", worker = .probe)]);

const probe :Workerd.Worker = (
  modules = [
    (name = "worker.mjs", esModule = "import './report.mjs'; export default { test() {} }"),
    (name = "report.mjs", esModule = embed "../../.build/runtimes/report.mjs"),
  ],
  compatibilityDate = "2025-01-01",
);
