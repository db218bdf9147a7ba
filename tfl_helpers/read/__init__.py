"""Objects of TensorFlow and files of TensorFlow Lite in, records out."""
