//! A picture by Graphviz.
