"""Answers to the exercises of lesson 08, right and wrong."""

from . import RightAnswer, WrongAnswer

NUMBERS = """\
numbers = [-1, 0, 1, 2, 3, 4]
targets = [-3, -1, 1, 3, 5, 7]

"""
EXPORT = """\
with tfl.quiet():
    neuron.export(str(place / "neuron.tflite"), format="litert", verbose=False)
neuron_file = (place / "neuron.tflite").read_bytes()"""
SAVE = """\
with tfl.quiet():
    tf.saved_model.save(neuron, place / "neuron")
    neuron_file = tf.lite.TFLiteConverter.from_saved_model(str(place / "neuron")).convert()"""
FOLDER = """\
with tfl.quiet():
    neuron.export(place / "neuron", verbose=False)
    neuron_file = tf.lite.TFLiteConverter.from_saved_model(str(place / "neuron")).convert()"""
LAYERS = 'keras.Sequential([keras.Input((1,), name="x"), layers.Dense(1)])'
FIT = "neuron.fit(np.float32(numbers), np.float32(targets), epochs=50, verbose=0)"
SGD = "keras.optimizers.SGD(0.1)"
BY_HAND = "neuron.set_weights([np.float32([[2.0]]), np.float32([-1.0])])"
SPEC = 'tf.TensorSpec([None, 1], name="x")'
OWNER = f"""\
ask = tf.function(neuron).get_concrete_function({SPEC})
neuron_file = convert(ask, neuron)"""
LAMBDA = "tf.function(lambda stroke: model(stroke))"
ASK = LAMBDA + ".get_concrete_function(spec)"
LOADED = 'reloaded.signatures["serving_default"]'
TWO = 'archive(place / "two", label=label, sure=sure)'
TRUTH = 'return {"sure": tf.reduce_max(model(stroke), axis=1) > 0.9}'
CHOICES = '["model.keras", "model.keras", "exported", "model.tflite"]'
TWO_OF_SIX = "Two of the six write a file without weights"
TRAIN = "`compile`, then `fit`"
BYTES = "The bytes of a `.tflite` file are wanted"
FOLDER_TIP = "the graph is in the `signatures`"
ONE_EACH = "One truth for each stroke"

PREDICTIONS = {
    "08-predict-mode": ("no", "yes", "a graph is a fixed computation, so it answers alike"),
    "08-predict-owner": ("no", "yes", "who owns the variables is the model, as lesson 05 asks"),
    "08-predict-loaded": ("loaded, not file", "both", "a folder that is right in Python is right"),
    "08-predict-size": ("neither", "exported", "a file that holds the weights is the larger one"),
    "08-predict-screen": ("fewer than 100", "100 to 150", "the numbers are in the right range"),
    "08-predict-option": (
        "one stroke",
        "builtin ops only",
        "a converter that may use builtin ops alone finds a way with them",
    ),
    "08-predict-serve": ("1", "3", "what stands in the folder arrives in the file"),
}

ANSWERS = {
    "08-one-neuron": [
        WrongAnswer("the old steps", "Larger steps", change=(SGD, '"sgd"')),
        WrongAnswer("a SavedModel by hand", TWO_OF_SIX, change=(EXPORT, SAVE)),
        WrongAnswer("the model as owner", TWO_OF_SIX, change=(EXPORT, OWNER)),
        WrongAnswer("no name", "The name is given", change=(', name="x"', "")),
        WrongAnswer("another name", "The name is given", change=('name="x"', 'name="number"')),
        WrongAnswer("the path, not the bytes", BYTES, change=(".read_bytes()", "")),
        WrongAnswer("weights set by hand", TRAIN, change=(FIT, BY_HAND)),
        WrongAnswer(
            "a lambda and no Keras",
            TRAIN,
            """\
neuron = lambda x: 2.0 * x - 1.0
graph = tf.function(neuron).get_concrete_function(tf.TensorSpec([None, 1], name="x"))
neuron_file = convert(graph, tf.Module())
""",
        ),
        WrongAnswer("never trained", TRAIN, change=(FIT, "")),
        WrongAnswer("one epoch", "there in 50 epochs", change=("epochs=50", "epochs=1")),
        WrongAnswer("a constant", "", change=("np.float32(targets)", "np.full(6, 19.0)")),
    ],
    "08-two-ways": [
        WrongAnswer("no graph yet", "not a function", change=(ASK, LAMBDA)),
        WrongAnswer(
            "dropout awake",
            "Dropout asleep",
            change=("model(stroke)", "model(stroke, training=True)"),
        ),
        WrongAnswer(
            "a sample of one",
            "For any number of strokes",
            change=("get_concrete_function(spec)", "get_concrete_function(tf.constant(test[:1]))"),
        ),
        WrongAnswer(
            "the attribute", FOLDER_TIP, change=('.signatures["serving_default"]', ".serve")
        ),
        WrongAnswer("the map, not the graph", FOLDER_TIP, change=('["serving_default"]', "")),
        WrongAnswer("the loaded object", FOLDER_TIP, change=('.signatures["serving_default"]', "")),
        WrongAnswer(
            "the file of Keras",
            FOLDER_TIP,
            change=(LOADED, 'keras.models.load_model(place / "model.keras")'),
        ),
        WrongAnswer("the model itself", "not a function", change=(ASK, "model")),
        WrongAnswer("the wrapped graph twice", FOLDER_TIP, change=(LOADED, "concrete")),
        WrongAnswer("the loaded graph twice", "Wrap `model` itself", change=(ASK, LOADED)),
        WrongAnswer("the graph in training", "Dropout asleep", change=(ASK, "baked")),
        WrongAnswer(
            "the lesson's own model, doubled",
            "Dropout",
            change=("model(stroke)", "2.0 * model(stroke)"),
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
        WrongAnswer("one truth for all", ONE_EACH, change=(", axis=1)", ")")),
        WrongAnswer("sure of everything", "above 0.9", change=(" > 0.9", " > 0.0")),
        WrongAnswer("the largest of each column", "along axis 1", change=("axis=1", "axis=0")),
        WrongAnswer("above a half", "above 0.9", change=(" > 0.9", " > 0.5")),
        WrongAnswer("almost", "above 0.9", change=(" > 0.9", " > 0.85")),
        WrongAnswer("unsure", ONE_EACH, change=(" > 0.9", " < 0.9")),
        WrongAnswer("the smallest", ONE_EACH, change=("reduce_max", "reduce_min")),
        WrongAnswer("the probability", ONE_EACH, change=(" > 0.9", "")),
        WrongAnswer(
            "the names swapped",
            "`label` is ready",
            change=("label=label, sure=sure", "label=sure, sure=label"),
        ),
        WrongAnswer(
            "the first gesture's",
            ONE_EACH,
            change=("tf.reduce_max(model(stroke), axis=1)", "model(stroke)[:, 0]"),
        ),
        WrongAnswer(
            "always true",
            ONE_EACH,
            change=(
                "tf.reduce_max(model(stroke), axis=1) > 0.9",
                "tf.ones_like(model(stroke)[:, 0], tf.bool)",
            ),
        ),
        WrongAnswer(
            "the folder, not the file", "", change=(TWO, f'{TWO}\ntwo_file = place / "two"')
        ),
    ],
    "08-which-file": [
        WrongAnswer(slip, advice, change=(CHOICES, str(choices)))
        for slip, advice, choices in [
            (
                "trains the folder",
                "remembers its optimizer",
                ["exported", "model.keras", "exported", "model.tflite"],
            ),
            (
                "changes a layer of a graph",
                "Graphs have no layers",
                ["model.keras", "exported", "exported", "model.tflite"],
            ),
            (
                "a server reads Keras files",
                "run without the class",
                ["model.keras", "model.keras", "model.keras", "model.tflite"],
            ),
            (
                "a folder for the phone",
                "one kind of file only",
                ["model.keras", "model.keras", "exported", "exported"],
            ),
            ("one for all", "run without the class", ["model.keras"] * 4),
            ("the folder for all", "remembers its optimizer", ["exported"] * 4),
            ("the file for all", "remembers its optimizer", ["model.tflite"] * 4),
            (
                "a server runs the phone's file",
                "run without the class",
                ["model.keras", "model.keras", "model.tflite", "model.tflite"],
            ),
            (
                "in the order of the list",
                "Graphs have no layers",
                ["model.keras", "exported", "model.tflite", "model.tflite"],
            ),
            (
                "three of four",
                "one answer for each of",
                ["model.keras", "exported", "model.tflite"],
            ),
            (
                "backwards",
                "remembers its optimizer",
                ["model.tflite", "exported", "model.keras", "model.keras"],
            ),
        ]
    ],
}

RIGHT = {
    "08-one-neuron": [
        RightAnswer("another optimizer", change=(SGD, "keras.optimizers.SGD(0.05, momentum=0.5)")),
        RightAnswer("the folder's door", change=(EXPORT, FOLDER)),
        RightAnswer(
            "an input layer by another name", change=("keras.Input((1,)", "layers.Input(shape=(1,)")
        ),
        RightAnswer(
            "a functional model",
            change=(LAYERS, 'keras.Model(at := keras.Input((1,), name="x"), layers.Dense(1)(at))'),
        ),
        RightAnswer(
            "tensors",
            change=(FIT, FIT.replace("np.float32(numbers)", "tf.constant(numbers, tf.float32)")),
        ),
    ],
    "08-two-ways": [
        RightAnswer(
            "the model wrapped as it is",
            change=(ASK, "tf.function(model).get_concrete_function(spec)"),
        ),
        RightAnswer("another name", change=(LAMBDA, "tf.function(lambda s: model(s))")),
        RightAnswer("the folder saved by hand", change=('"exported"', '"saved"')),
        RightAnswer(
            "training=False said", change=("model(stroke)", "model(stroke, training=False)")
        ),
        RightAnswer(
            "a signature",
            change=(ASK, "tf.function(model, input_signature=[spec]).get_concrete_function()"),
        ),
        RightAnswer("no name at all", change=("(spec)", "(tf.TensorSpec([None, 32, 2]))")),
        RightAnswer("the lesson's own graph", change=(ASK, "concrete")),
    ],
    "08-two-endpoints": [
        RightAnswer(
            "any of three",
            change=(
                "tf.reduce_max(model(stroke), axis=1) > 0.9",
                "tf.reduce_any(model(stroke) > 0.9, axis=1)",
            ),
        ),
        RightAnswer("the last axis", change=("axis=1", "axis=-1")),
        RightAnswer("no dict", change=(TRUTH, "return tf.reduce_max(model(stroke), axis=1) > 0.9")),
        RightAnswer(
            "sorted", change=(TRUTH, 'return {"sure": tf.sort(model(stroke), axis=1)[:, 2] > 0.9}')
        ),
        RightAnswer("another name of the output", change=('"sure":', '"yes":')),
        RightAnswer("the other order", change=("label=label, sure=sure", "sure=sure, label=label")),
        RightAnswer("a tensor to compare with", change=(" > 0.9", " > tf.constant(0.9)")),
    ],
    "08-which-file": [
        RightAnswer("a tuple", change=(CHOICES, CHOICES.replace("[", "(").replace("]", ")"))),
        RightAnswer("an array", change=(CHOICES, f"np.array({CHOICES})")),
        RightAnswer("a dict", change=(CHOICES, f"dict(enumerate({CHOICES}))")),
        RightAnswer(
            "two lists",
            change=(CHOICES, '[["model.keras", "model.keras"], ["exported", "model.tflite"]]'),
        ),
        RightAnswer("a tensor", change=(CHOICES, f"tf.constant({CHOICES})")),
    ],
}
