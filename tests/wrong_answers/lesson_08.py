"""Wrong answers to the exercises of lesson 08."""

from . import WrongAnswer

EXPORT = """\
with tfl.quiet():
    neuron.export(place / "neuron.tflite", format="litert", verbose=False)
neuron_file = (place / "neuron.tflite").read_bytes()"""
SAVE = """\
with tfl.quiet():
    tf.saved_model.save(neuron, place / "neuron")
    neuron_file = tf.lite.TFLiteConverter.from_saved_model(str(place / "neuron")).convert()"""
READY = """\
neuron = keras.Sequential([keras.Input((1,), name="x"), layers.Dense(1)])
neuron.set_weights([np.float32([[2.0]]), np.float32([-1.0])])
"""  # as if it had been trained: the slip comes after that
OWNER = """\
ask = tf.function(neuron).get_concrete_function(tf.TensorSpec([None, 1], name="x"))
neuron_file = convert(ask, neuron)"""
LAMBDA = "tf.function(lambda stroke: model(stroke))"
ASK = LAMBDA + ".get_concrete_function(spec)"
LOADED = 'tf.saved_model.load(place / "exported").signatures["serving_default"]'
TWO = 'archive(place / "two", label=label, sure=sure)'
RIGHT = '["model.keras", "model.keras", "exported", "model.tflite"]'
TWO_OF_SIX = "Two of the six write a file without weights"
GRAPH = "A graph, not a function"

ANSWERS = {
    "08-one-neuron": [
        WrongAnswer(
            "the old steps", "or larger steps", change=("keras.optimizers.SGD(0.1)", '"sgd"')
        ),
        WrongAnswer("a SavedModel by hand", TWO_OF_SIX, READY + SAVE),
        WrongAnswer("the model as owner", TWO_OF_SIX, READY + OWNER),
        WrongAnswer("no name", "The name is given", READY.replace(', name="x"', "") + EXPORT),
        WrongAnswer(
            "the path, not the bytes", TWO_OF_SIX, READY + EXPORT.replace(".read_bytes()", "")
        ),
    ],
    "08-two-ways": [
        WrongAnswer("no graph yet", GRAPH, change=(ASK, LAMBDA)),
        WrongAnswer(
            "dropout awake",
            "dropout asleep",
            change=("model(stroke)", "model(stroke, training=True)"),
        ),
        WrongAnswer(
            "a sample of one",
            "for any number of strokes",
            change=("get_concrete_function(spec)", "get_concrete_function(tf.constant(test[:1]))"),
        ),
        WrongAnswer(
            "the attribute",
            "the graph is in its `signatures`",
            change=('.signatures["serving_default"]', ".serve"),
        ),
        WrongAnswer(
            "the folder of the false door", "The folder is", change=('"exported"', '"saved"')
        ),
        WrongAnswer(
            "the file of Keras",
            "The folder is",
            change=(LOADED, 'keras.models.load_model(place / "model.keras")'),
        ),
    ],
    "08-two-endpoints": [
        WrongAnswer(
            "one is called serve",
            "called `serve`",
            change=(TWO, 'archive(place / "two", serve=label, sure=sure)'),
        ),
        WrongAnswer(
            "one endpoint",
            "takes endpoints by name",
            change=(TWO, 'archive(place / "two", sure=sure)'),
        ),
        WrongAnswer("one truth for all", "One truth for each stroke", change=(", axis=1)", ")")),
        WrongAnswer("sure of everything", "above 0.9", change=(" > 0.9", " > 0.0")),
        WrongAnswer("the largest of each column", "along axis 1", change=("axis=1", "axis=0")),
    ],
    "08-which-file": [
        WrongAnswer(
            "trains the folder",
            "remembers its optimizer",
            change=(RIGHT, '["exported", "model.keras", "exported", "model.tflite"]'),
        ),
        WrongAnswer(
            "changes a layer of a graph",
            "Graphs have no layers",
            change=(RIGHT, '["model.keras", "exported", "exported", "model.tflite"]'),
        ),
        WrongAnswer(
            "a server reads Keras files",
            "run without the class",
            change=(RIGHT, '["model.keras", "model.keras", "model.keras", "model.tflite"]'),
        ),
        WrongAnswer(
            "a folder for the phone",
            "one kind of file only",
            change=(RIGHT, '["model.keras", "model.keras", "exported", "exported"]'),
        ),
    ],
}
