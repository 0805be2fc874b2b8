// The four networks of the training benchmark, as the engine builds them. `training-torch.py` has the same ones for PyTorch.
export const CLASSES = 10;
export const SIDE = 128;
export const BATCH = 16;

/** A builder over the engine's own layers; every parameter is an input of the graph. */
function builder(engine, graph) {
  const parameters = [];
  let state = 1;
  const random = () => ((state = (Math.imul(1664525, state) + 1013904223) >>> 0) / 2 ** 32) * 2 - 1;
  const parameter = (shape, scale, constant) => {
    const size = shape.reduce((product, one) => product * one, 1);
    const value = graph.input(`parameter${parameters.length}`, shape);
    parameters.push({ value, data: Float32Array.from({ length: size }, () => constant ?? random() * scale) });
    return value;
  };
  const { convolution, batchNormTraining, relu, maxPool, bias, dense, globalAveragePool, depthwiseConvolution } = engine;
  const normalised = (value) => {
    const channels = value.shape[1];
    return relu(graph, batchNormTraining(graph, value, { gamma: parameter([channels], 0, 1), beta: parameter([channels], 0, 0) }).output);
  };
  const conv = (value, filters, kernel, stride) => {
    const weight = parameter([filters, value.shape[1], kernel, kernel], Math.sqrt(6 / (value.shape[1] * kernel * kernel)));
    return convolution(graph, value, weight, { stride, padding: kernel >> 1 });
  };
  return {
    parameters,
    block: (value, filters, kernel, stride) => normalised(conv(value, filters, kernel, stride)),
    separable: (value, filters, stride) => normalised(conv(normalised(depthwiseConvolution(graph, value, parameter([value.shape[1], 1, 3, 3], 0.5), stride)), filters, 1, 1)),
    pooled: (value, filters) => maxPool(graph, relu(graph, bias(graph, conv(value, filters, 3, 1), parameter([filters], 0, 0))), 2),
    head: (value) => bias(graph, dense(graph, globalAveragePool(graph, value), parameter([value.shape[1], CLASSES], 0.1)), parameter([CLASSES], 0, 0)),
    grid: (value, outputs) => bias(graph, conv(value, outputs, 1, 1), parameter([outputs], 0, 0)),
  };
}

const NETS = {
  stride: (build, value) => build.head([16, 32, 64, 128].reduce((plane, filters) => build.block(plane, filters, 3, 2), value)),
  pool: (build, value) => build.head([16, 32, 64, 128].reduce((plane, filters) => build.pooled(plane, filters), value)),
  depthwise: (build, value) => {
    const rows = [[32, 1], [64, 2], [64, 1], [128, 2], [128, 1], [256, 2], [256, 1]];
    return build.head(rows.reduce((plane, [filters, stride]) => build.separable(plane, filters, stride), build.block(value, 16, 3, 2)));
  },
  grid: (build, value) => {
    const rows = [[16, 2], [32, 2], [64, 2], [64, 1], [64, 1]];
    return build.grid(rows.reduce((plane, [filters, stride]) => build.block(plane, filters, 3, stride), value), CLASSES + 4);
  },
};

export const NET_NAMES = Object.keys(NETS);

/** Forward and backward of one net as a model file, with its parameters and the shape of its target. */
export function trainingStep(engine, name) {
  const graph = new engine.Graph();
  const build = builder(engine, graph);
  const output = NETS[name](build, graph.input('images', [BATCH, 3, SIDE, SIDE]));
  const target = graph.input('target', output.shape);
  const isPlane = output.shape.length === 4;
  const weights = graph.input('weights', isPlane ? [BATCH, 1, 1, 1] : [BATCH, 1]);
  const loss = isPlane ? engine.maskedL1(graph, output, { values: target, weights }) : engine.softmaxCrossEntropy(graph, output, { classes: target, weights });
  graph.output('loss', loss);
  const gradients = graph.gradients(loss, build.parameters.map((one) => one.value));
  gradients.forEach((gradient, index) => graph.output(`gradient${index}`, gradient));
  return { model: engine.encodeModel(graph.toModel()), parameters: build.parameters, targetShape: output.shape, weightsShape: weights.shape };
}
