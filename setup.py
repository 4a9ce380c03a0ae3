"""Installs infogan_tf."""

from setuptools import find_packages, setup

setup(
    name="infogan_tf",
    version="0.1.0",
    description="InfoGAN in TensorFlow 2 and Keras 3",
    license="MIT",
    # An editable install is then a path, which wins over a clone that is a folder of this name beside the user.
    package_dir={"": "."},
    packages=find_packages(include=["infogan_tf", "infogan_tf.*"]),
    package_data={
        "infogan_tf.explorer": ["*.html", "*.css", "*.js"],
        "infogan_tf.reproduction": ["templates/*.jinja"],
    },
    entry_points={"console_scripts": ["infogan = infogan_tf.cli.main:main"]},
    python_requires=">=3.11,<3.14",
    install_requires=[
        "tensorflow>=2.20,<2.22",
        "keras>=3.10",
        "tensorboard>=2.20",
        "tensorflow-datasets>=4.9.7",
        "importlib_resources",
        "mlxtend>=0.23",
        "matplotlib>=3.7",
        "scipy",
        "scikit-learn",
        "jinja2>=3.1",
        "markupsafe",
        "markdown",
        "pillow>=10.1",
        "tqdm",
        "psutil",
        "filelock>=3.12",
        "numpy",
        "absl-py",
        "pydantic>=2.7",
        "werkzeug>=3.0",
    ],
    extras_require={"onnx": ["tf2onnx>=1.17", "onnx>=1.17"]},
)
