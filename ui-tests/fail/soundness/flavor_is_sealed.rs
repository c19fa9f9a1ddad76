struct Mine;

impl refcycle::Flavor for Mine {}

fn main() {}
