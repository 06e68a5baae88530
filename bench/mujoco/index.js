/**
 * All tasks: rows of v5 by name, as for `main` of trpo/node and `trpo train ./index.js#Hopper`, and those of
 * v4 as `HopperV4`.
 */
import ant, { v4 as antV4 } from './ant.js'
import halfCheetah, { v4 as halfCheetahV4 } from './halfCheetah.js'
import hopper, { v4 as hopperV4 } from './hopper.js'
import invertedDoublePendulum, { v4 as invertedDoublePendulumV4 } from './invertedDoublePendulum.js'
import invertedPendulum, { v4 as invertedPendulumV4 } from './invertedPendulum.js'
import reacher, { v4 as reacherV4 } from './reacher.js'
import swimmer, { v4 as swimmerV4 } from './swimmer.js'
import walker2d, { v4 as walker2dV4 } from './walker2d.js'

export default {
  InvertedPendulum: invertedPendulum, InvertedDoublePendulum: invertedDoublePendulum, Reacher: reacher,
  Swimmer: swimmer, Hopper: hopper, Walker2d: walker2d, HalfCheetah: halfCheetah, Ant: ant,
  InvertedPendulumV4: invertedPendulumV4, InvertedDoublePendulumV4: invertedDoublePendulumV4,
  ReacherV4: reacherV4, SwimmerV4: swimmerV4, HopperV4: hopperV4, Walker2dV4: walker2dV4,
  HalfCheetahV4: halfCheetahV4, AntV4: antV4,
}
