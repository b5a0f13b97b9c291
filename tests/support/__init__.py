"""What tests share: prepared sets, params, trainings, and stages that start in milliseconds."""
