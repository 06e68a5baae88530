export function exp(x: number): number { return Math.exp(x) }
export function expm1(x: number): number { return Math.expm1(x) }
export function log(x: number): number { return Math.log(x) }
export function log1p(x: number): number { return Math.log1p(x) }
export function tanh(x: number): number { return Math.tanh(x) }
export function sin(x: number): number { return Math.sin(x) }
export function cos(x: number): number { return Math.cos(x) }
