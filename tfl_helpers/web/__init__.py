"""A .tflite file in, a folder that is a web page around it out."""
